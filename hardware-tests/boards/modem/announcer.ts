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
        const { modem } = this;
        if (modem.dialect.push?.(modem, socket, bytes)) return;
        if (socket.announced && modem.dialect.announces !== 'always') return;
        this.announceData(socket);
    }

    onEnded(socket: ModemSocket): void {
        const { dialect, sockets } = this.modem;
        if (sockets.get(socket.id) !== socket) return;
        if (dialect.holdsEnd && socket.waiting > 0) {
            socket.endHeld = true;
            return;
        }
        this.announce(dialect.endLine(socket), dialect.bareEnd);
    }

    /** Bytes of `socket` have been read. */
    afterRead(socket: ModemSocket): void {
        const { dialect, front } = this.modem;
        if (dialect.announces === 'until read') {
            socket.announced = false;
            if (socket.waiting > 0) front.after(1, () => this.announceData(socket));
        }
        if (!socket.endHeld || socket.waiting > 0) return;
        socket.endHeld = false;
        front.after(1, () => this.onEnded(socket));
    }

    /** A line that nobody asked for; it may go wrong. */
    announce(line: string, bare = false): void {
        const { faults, front, power } = this.modem;
        if (power !== 'on' || faults.happens('announcement lost')) return;
        const say = (): void => bare ? front.say(`${line}\r\n`) : front.announce(line);
        if (faults.happens('announcement late')) return front.after(faults.between(50, 5000), say);
        say();
        if (faults.happens('announcement twice')) say();
    }

    onGap(gap: Gap): void {
        const { dialect, faults, front } = this.modem;
        if (faults.calm) return;
        if (faults.happens('noise') && gap !== 'after the prompt') front.announce(dialect.noise[faults.below(dialect.noise.length)]);
        if (!faults.happens(`announcement ${gap}`)) return;
        const sockets = [...this.modem.sockets.values()];
        if (faults.happens('announcement of another link')) sockets.push(new ModemSocket(4, false, this));
        const socket = sockets[faults.below(Math.max(1, sockets.length))];
        const line = socket ? dialect.dataLine(socket) : dialect.noise[0];
        if (line) front.announce(line);
    }

    private announceData(socket: ModemSocket): void {
        socket.announced = true;
        const line = this.modem.dialect.dataLine(socket);
        if (line) this.announce(line);
    }
}
