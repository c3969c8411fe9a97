// The client that hostile*.test.ts attack, the same on Node and on the virtual board: it subscribes to everything and publishes with QoS 1,
// one message after the other, as long as they are acknowledged. Board dialect.
import { Client, Subscription, Topic } from '../../src/index.ts';
import type { Platform, Transport } from '../../src/index.ts';

/** In bytes. */
export const RECEIVE_BUFFER = 128;

export class Victim {
    readonly client: Client;
    /** Why each connection ended, by reason. */
    readonly ended = new Uint32Array(64);
    /** Bytes of topics and payloads that the application was given. */
    given = 0;
    private readonly topic: Topic;
    private readonly payload = new Uint8Array(16);

    constructor(platform: Platform, transport: Transport, sendBuffer: Uint8Array, receiveBuffer: Uint8Array) {
        this.topic = new Topic(platform, 'still/here');
        this.client = new Client({
            platform, transport, sendBuffer, receiveBuffer, clientId: 'victim', cleanSession: true, retryDelay: 0, retryDelayMaximum: 0,
            onStateChange: (_state, reason) => {
                this.ended[reason]++;
            },
            onAcknowledged: () => this.publish(),
        });
        this.client.subscribe(new Subscription(platform, '+/#', 0, message => {
            this.given += message.topicEnd - message.topicStart + message.end - message.start;
        }));
    }

    publish(): void {
        this.client.publish(this.topic, this.payload, 0, 16, 1, false);
    }

    start(): void {
        this.publish();
        this.client.start();
    }
}
