// A board with a modem that tries to connect, in virtual time: what tests of how that ends are made of.
import type { ModemOptions as TransportOptions } from '../../../targets/modem/index.ts';
import type { Dialect } from './dialect.ts';
import type { EmulatorOptions } from './emulator.ts';
import { rig } from './rig.ts';
import type { Rig } from './rig.ts';
import type { PeerOwner, Server } from './virtual-world.ts';

/** A server that listens and says nothing. */
export const silent: PeerOwner = { onBytes: () => {}, onEnd: () => {} };

export interface Case {
    readonly modem?: Partial<EmulatorOptions>;
    readonly transport?: Partial<TransportOptions>;
    readonly server?: Server;
    readonly hasPowerKey?: boolean;
}

/** A board with a modem of `dialect`, and what an attempt to connect comes to. */
export class Attempt {
    readonly rig: Rig;

    constructor(dialect: Dialect, { server = () => silent, ...options }: Case) {
        this.rig = rig({ dialect, server, ...options });
    }

    /** Opens the transport: 0 if it gets a connection, else the reason; -1: neither within `seconds`. */
    open(seconds: number): number {
        const { clock, transport } = this.rig;
        let result = -1;
        transport.open({
            onOpen: () => {
                result = 0;
            },
            onBytes: () => {},
            onWritable: () => {},
            onClose: (reason) => {
                result = reason;
            },
        });
        clock.pass(clock.time + seconds * 1000, () => result >= 0);
        return result;
    }
}
