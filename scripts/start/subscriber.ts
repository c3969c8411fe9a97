// The independent witness of a run: a client of its own, over a connection of its own that no proxy touches.
import { Client, Subscription } from '../../src/index.ts';
import { CONNECTED } from '../../src/session/states.ts';
import { reasonText } from '../../src/session/reason-texts.ts';
import { NodePlatform, TcpTransport, TlsTransport } from '../../targets/node/index.ts';
import type { StartOptions } from './options.ts';

/** The broker could not be used; the message says why. */
export class BrokerError extends Error {}

export interface SubscriberOptions extends Pick<StartOptions, 'tls' | 'user' | 'password'> {
    readonly host: string;
    readonly port: number;
    readonly clientId: string;
    readonly topic: string;
}

export class Subscriber {
    /** How often each reading came, by its number. */
    readonly seen = new Map<number, number>();
    unreadable = 0;
    private readonly client: Client;

    private constructor(options: SubscriberOptions, told: (error: Error | null) => void) {
        const { host, port, tls, clientId } = options;
        const platform = new NodePlatform();
        const transport = tls ? new TlsTransport({ host, port, ...tls }) : new TcpTransport({ host, port });
        const client: Client = this.client = new Client({
            platform, transport, clientId, cleanSession: true, userName: options.user, password: options.password,
            sendBuffer: new Uint8Array(2000), receiveBuffer: new Uint8Array(1000), connectTimeout: 10_000, responseTimeout: 10_000,
            onStateChange: (state, reason) => {
                if (state < CONNECTED && reason !== 0) told(new BrokerError(reasonText(reason) + (transport.lastError ? ` (${transport.lastError.message})` : '')));
            },
            onSubscribed: ({ granted }) => told(granted === 1 ? null : new BrokerError(`the broker does not let ${options.user === undefined ? 'anybody' : 'this user'} subscribe to ${options.topic} at QoS 1`)),
        });
        client.subscribe(new Subscription(platform, options.topic, 1, ({ bytes, start, end }) => this.onReading(Buffer.from(bytes.subarray(start, end)).toString())));
        client.start();
    }

    /** Resolves when the subscription is granted; rejects with a BrokerError at the first failure. */
    static async start(options: SubscriberOptions): Promise<Subscriber> {
        let subscriber: Subscriber | undefined;
        try {
            await new Promise<void>((resolve, reject) => {
                subscriber = new Subscriber(options, error => (error ? reject(error) : resolve()));
            });
        } catch (error) {
            subscriber?.stop();
            throw error;
        }
        return subscriber as Subscriber;
    }

    stop(): void {
        this.client.stop();
    }

    private onReading(text: string): void {
        try {
            const { n, temperature, battery } = JSON.parse(text) as Record<string, unknown>;
            if (typeof n !== 'number' || typeof temperature !== 'number' || typeof battery !== 'number') throw new TypeError('no reading');
            this.seen.set(n, (this.seen.get(n) ?? 0) + 1);
        } catch {
            this.unreadable++;
        }
    }
}
