// The modem transport of targets/modem on a virtual modem: a board with its clock and serial port, the line, the modem, a network whose
// only server the caller is. Everything in virtual time.
import type { Platform, PlatformOwner } from '../../../src/index.ts';
import { ModemTransport } from '../../../targets/modem/index.ts';
import type { ModemOptions as TransportOptions } from '../../../targets/modem/index.ts';
import type { Dialect } from './dialect.ts';
import { drivers } from './drivers.ts';
import { emulate } from './emulator.ts';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import { noFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { HostPort } from './host-port.ts';
import { VirtualClock, virtualNetwork } from './virtual-world.ts';
import type { Server } from './virtual-world.ts';

/** A board's clock above the virtual one. */
export class Board implements Platform {
    /** What was caught. */
    readonly errors: unknown[] = [];
    private readonly clock: VirtualClock;
    private readonly dice: Faults;
    private owner: PlatformOwner | null = null;
    private callOff: () => void = () => {};

    constructor(clock: VirtualClock, dice: Faults) {
        this.clock = clock;
        this.dice = dice;
    }

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        return Math.floor(this.clock.now()) | 0;
    }

    wakeAfter(ms: number): void {
        this.callOff();
        if (ms >= 0) this.callOff = this.clock.after(ms, () => this.owner!.onWake());
    }

    random(): number {
        return this.dice.below(0x100000000);
    }

    utf8(text: string): Uint8Array {
        return new TextEncoder().encode(text);
    }

    caught(error: unknown): void {
        this.errors.push(error);
    }
}

export interface RigOptions {
    readonly dialect: Dialect;
    readonly server: Server;
    readonly faults?: Faults;
    /** Bytes that the board's port can hold; 128 if left out, as on Moddable's ESP32. */
    readonly fifo?: number;
    readonly modem?: Partial<EmulatorOptions>;
    /** Of the transport: what is not said here is right for the modem. */
    readonly transport?: Partial<TransportOptions>;
    /** The board can press the modem's power key. Default true. */
    readonly hasPowerKey?: boolean;
}

export interface Rig extends Emulator {
    readonly clock: VirtualClock;
    readonly transport: ModemTransport;
    readonly port: HostPort;
    /** The transport's. */
    readonly board: Board;
}

/** Who opens the transport; by what comes back the caller drives it. */
export function rig(options: RigOptions): Rig {
    const clock = new VirtualClock();
    const faults = options.faults ?? noFaults();
    const board = new Board(clock, noFaults());
    const emulator = emulate({
        clock, network: virtualNetwork(clock, options.server), dialect: options.dialect, faults, ...options.modem,
        toHost: bytes => port.receive(bytes),
        onTraffic(toModem, bytes) {
            options.modem?.onTraffic?.(toModem, bytes);
            if (toModem) port.drained();
        },
    });
    const port = new HostPort(clock, emulator.line, faults, options.fifo ?? 128);
    const transport = new ModemTransport({
        serial: port, platform: board, dialect: drivers[options.dialect.name], host: 'broker.example', port: 1883, apn: 'internet', readSize: 64,
        ...(options.hasPowerKey === false ? {} : { powerKey: (pressed: boolean) => emulator.modem.key(pressed) }),
        ...options.transport,
    });
    return { ...emulator, clock, transport, port, board };
}
