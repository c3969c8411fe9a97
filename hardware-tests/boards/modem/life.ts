// What befalls a modem at any byte: after some bytes on the line, in either direction, it restarts, loses its network or its peer, falls
// asleep, is switched off or says junk.
import type { Fault, Faults } from './faults.ts';
import type { Modem } from './modem.ts';

/** Bytes between two such moments. */
const SHORTEST = 20;
const LONGEST = 3000;

export class Life {
    private readonly modem: Modem;
    private readonly faults: Faults;
    private left: number;

    constructor(modem: Modem, faults: Faults) {
        this.modem = modem;
        this.faults = faults;
        this.left = SHORTEST + faults.below(LONGEST);
    }

    /** `count` bytes have gone over the line. */
    pass(count: number): void {
        if (this.faults.calm) return;
        this.left -= count;
        if (this.left > 0) return;
        this.left = SHORTEST + this.faults.below(LONGEST);
        const { modem, faults } = this;
        if (modem.power !== 'on') return;
        const sockets = [...modem.sockets.values()].filter(({ state }) => state === 'open');
        const events: Partial<Record<Fault, () => void>> = {
            'restarts': () => modem.restart(),
            'powers down': () => modem.stop(modem.dialect.powerDownLine),
            'bearer lost': () => modem.loseBearer(),
            'registration lost': () => modem.loseRegistration(faults.between(500, 30000)),
            'closed by the peer': () => sockets.forEach(socket => modem.closedByPeer(socket, false)),
            'closed by the peer behind data': () => sockets.forEach(socket => modem.closedByPeer(socket, true)),
            'sleeps': () => modem.sleep(faults.between(5000, 60000)),
            'junk': () => modem.front.sayBytes(Uint8Array.from({ length: 1 + faults.below(20) }, () => faults.below(256))),
        };
        for (const [name, event] of Object.entries(events)) {
            if (faults.happens(name as Fault)) return event();
        }
    }
}
