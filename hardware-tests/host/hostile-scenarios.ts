// The attacks of hostile.ts as operations for the heap meter: what V8 allocates each time that clients meet them. The transport takes
// and forgets everything, so that what is counted is the client's.
import { WAITING } from '../../src/index.ts';
import type { Platform, PlatformOwner, Transport, TransportOwner } from '../../src/index.ts';
import type { Scenarios } from './heap-meter.ts';
import { RECEIVE_BUFFER, Victim } from './hostile-victim.ts';
import { ACCEPTED, attacks } from './hostile.ts';
import type { Attack } from './hostile.ts';

class NullPlatform implements Platform {
    private owner: PlatformOwner | null = null;
    private readonly encoder = new TextEncoder();

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        return 0;
    }

    wakeAfter(): void {}

    random(): number {
        return 0;
    }

    utf8(text: string): Uint8Array {
        return this.encoder.encode(text);
    }

    caught(error: unknown): void {
        throw error;
    }

    wake(): void {
        this.owner!.onWake();
    }
}

class NullTransport implements Transport {
    owner: TransportOwner | null = null;

    open(owner: TransportOwner): void {
        this.owner = owner;
    }

    write(_bytes: Uint8Array, start: number, end: number): number {
        return end - start;
    }

    flush(): void {}

    close(): void {
        this.owner = null;
    }
}

/** One round: a connection if there is none, and the attack, in two pieces so that some of it must be kept. */
function scenario({ first = ACCEPTED, bytes, reason }: Attack): () => void {
    const platform = new NullPlatform();
    const transport = new NullTransport();
    const { client, ended } = new Victim(platform, transport, new Uint8Array(512), new Uint8Array(RECEIVE_BUFFER));
    const half = bytes.length >> 1;
    client.start();
    return () => {
        if (transport.owner === null) {
            platform.wake();
            transport.owner!.onOpen();
            transport.owner!.onBytes(first, 0, first.length);
        }
        transport.owner?.onBytes(bytes, 0, half);
        transport.owner?.onBytes(bytes, half, bytes.length);
        if ((client.state === WAITING) !== (reason !== 0) || ended[reason] === 0) throw new Error(`ended for ${client.closeReason} instead of ${reason}`);
    };
}

/** Each attack of a group once, each on a client of its own. */
function group(members: readonly Attack[]): () => void {
    const rounds = members.map(scenario);
    return () => {
        for (let index = 0; index < rounds.length; index++) rounds[index]();
    };
}

export const scenarios: Scenarios = {
    'attacks that end the connection': () => group(attacks.filter(({ reason }) => reason !== 0)),
    'attacks that a connection outlives': () => group(attacks.filter(({ reason }) => reason === 0)),
};
