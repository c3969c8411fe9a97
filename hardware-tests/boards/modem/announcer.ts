// What a modem says that nobody asked for: bytes have arrived, a connection has ended, the weather has changed. How it says so is its
// dialect's; here is when, and what goes wrong with it.
import type { Gap } from './front.ts';
import type { Modem } from './modem.ts';
import { ModemSocket } from './socket.ts';
import type { SocketOwner } from './socket.ts';

export class Announcer implements SocketOwner {
    private readonly modem: Modem;

    constructor(modem: Modem) {
        this.modem = modem;
    }

    onArrived(socket: ModemSocket, bytes: Uint8Array): void {
        if (this.modem.dialect.push?.(this.modem, socket, bytes)) return;
        if (socket.announced && this.modem.dialect.announces !== 'always') return;
        this.announceData(socket);
    }

    announceData(socket: ModemSocket): void {
        socket.announced = true;
        const line = this.modem.dialect.dataLine(socket);
        if (line) this.announce(line);
    }

    onEnded(socket: ModemSocket): void {
        if (this.modem.sockets.get(socket.id) !== socket) return;
        if (this.modem.dialect.holdsEnd && socket.waiting > 0) {
            socket.endHeld = true;
            return;
        }
        const line = this.modem.dialect.endLine(socket);
        this.announce(line, this.modem.dialect.bareEnd);
    }

    /** Bytes of `socket` have been read. */
    afterRead(socket: ModemSocket): void {
        if (this.modem.dialect.announces === 'until read') {
            socket.announced = false;
            if (socket.waiting > 0) this.modem.front.after(1, () => this.announceData(socket));
        }
        if (!socket.endHeld || socket.waiting > 0) return;
        socket.endHeld = false;
        this.modem.front.after(1, () => this.onEnded(socket));
    }

    /** A line that nobody asked for; it may go wrong. */
    announce(line: string, bare = false): void {
        if (this.modem.power !== 'on' || this.modem.faults.happens('announcement lost')) return;
        const say = (): void => bare ? this.modem.front.say(`${line}\r\n`) : this.modem.front.announce(line);
        if (this.modem.faults.happens('announcement late')) return this.modem.front.after(this.modem.faults.between(50, 5000), say);
        say();
        if (this.modem.faults.happens('announcement twice')) say();
    }

    onGap(gap: Gap): void {
        if (this.modem.faults.calm) return;
        const { dialect, faults, front } = this.modem;
        if (faults.happens('noise') && gap !== 'after the prompt') front.announce(dialect.noise[faults.below(dialect.noise.length)]);
        if (!faults.happens(`announcement ${gap}`)) return;
        const sockets = [...this.modem.sockets.values()];
        if (faults.happens('announcement of another link')) sockets.push(new ModemSocket(4, false, this));
        const socket = sockets[faults.below(Math.max(1, sockets.length))];
        const line = socket ? dialect.dataLine(socket) : dialect.noise[0];
        if (line) front.announce(line);
    }
}
