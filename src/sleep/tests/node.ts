// A node that sleeps, in a world whose clock and transport are the test's: what outlasts its sleep is memory that the test holds.
import { Client, Topic } from '../../index.ts';
import type { ClientOptions, Subscription } from '../../index.ts';
import { VirtualPlatform, VirtualTransport, bytes, utf8 } from '../../session/tests/world.ts';
import { MemoryStore, WakeCycle } from '../index.ts';
import type { WakeCycleOptions } from '../index.ts';

/** What outlasts a deep sleep, and a power cut where the board has flash. */
export interface Lasting {
    readonly messages: Uint8Array;
    readonly image: Uint8Array;
}

export function lasting(): Lasting {
    return { messages: new Uint8Array(400), image: new Uint8Array(100) };
}

export const INTERVAL = 900000;

/** Of the client identifier `c`, without a clean session. */
export const connectHex = (keepAlive: string): string => '100d00044d5154540400' + keepAlive + '000163';
/** Keep-alive 23 s: a little longer than a wake. */
export const CONNECT = connectHex('0017');
export const CONNACK = bytes('20020000');
export const puback = (packetIdentifier: number): number[] => [0x40, 2, 0, packetIdentifier];

/** For `boot`: an option of its own left out. */
export const without = (name: 'goodbye' | 'image') => ({ [name]: undefined }) as Partial<WakeCycleOptions>;

/** The board boots: client, outbox and cycle are new. `options` of the cycle on top of two topics and an interval of 15 minutes. */
export function boot(memory: Lasting, options: Partial<WakeCycleOptions> = {}, clientOptions: Partial<ClientOptions> = {}, platform = new VirtualPlatform()) {
    const transport = new VirtualTransport();
    const log: string[] = [];
    const subscriptions = options.subscriptions as Subscription[] | undefined;
    const cycle = new WakeCycle(Client, {
        platform, transport, clientId: 'c', sendBuffer: new Uint8Array(400), receiveBuffer: new Uint8Array(64), ...clientOptions,
    }, {
        store: new MemoryStore(memory.messages), image: new MemoryStore(memory.image), topics: ['t', 'u'].map(text => new Topic(platform, text)), payloadSize: 20,
        interval: INTERVAL, goodbye: 0,
        onSleep: (ms, delivered) => log.push(`sleep ${ms}${delivered ? '' : ' undelivered'}`),
        ...options,
        ...(subscriptions ? { subscriptions } : {}),
    });
    return {
        cycle, platform, transport, log, client: cycle.client,
        add(text: string, topic = 0): boolean {
            const payload = utf8(text);
            return cycle.add(topic, payload, 0, payload.length, false);
        },
        /** The connection breaks, and each that follows it in this wake as soon as it is made. */
        fails(): void {
            transport.breaks();
            platform.turn();
            while (cycle.awake) {
                platform.pass(Math.max(0, platform.pending));
                if (!transport.owner) continue;
                transport.opened();
                transport.breaks();
            }
        },
        /** Wakes, and lets the connection be made if there is one. */
        wake(urgent = false): void {
            cycle.wake(urgent);
            platform.turn();
            if (transport.owner) transport.opened();
            platform.turn();
        },
    };
}
