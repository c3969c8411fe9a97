// A device of the soak: publishes two numbered streams (QoS 1 and 0) and checks those of others. Runs on every engine; what
// is beside it (sockets, timers, the host) is the program's that makes it.
import { Client, Publisher, Subscription, Topic, CONNECTED } from '../../../src/index.ts';
import type { Platform, PublisherOptions, Transport } from '../../../src/index.ts';
import { AT_MOST_ONCE, CLEAN, Inlet, KEPT } from './inlet.ts';
import type { InletOwner } from './inlet.ts';
import { PAYLOAD_SIZE, readPayload, writePayload } from './payload.ts';

/** Times of all clients, in ms (keep-alive in s). They are short, so that an hour holds many recoveries. */
export const times = { keepAlive: 3, connectTimeout: 2000, responseTimeout: 2000, stableAfter: 3000 } as const;
/** One QoS 0 message to so many of QoS 1. */
const QOS_1_SHARE = 4;

export interface DeviceSettings {
    readonly name: string;
    /** Of all topics of this soak. */
    readonly prefix: string;
    /** Whose streams it receives; none: it is a publish-only client. */
    readonly peers: readonly string[];
    readonly cleanSession: boolean;
    /** The longest pause before it dials again, in ms; at first a tenth of that. */
    readonly retryDelayMaximum: number;
}

/** What a device tells of itself; plain data, because a board tells it as JSON. */
export interface DeviceReport {
    /** Messages that the client has taken, by QoS. */
    readonly published: readonly [qos0: number, qos1: number];
    /** For each peer how far its streams have come, by QoS. */
    readonly received: readonly (readonly [qos0: number, qos1: number])[];
    readonly repeats: number;
    readonly acknowledged: number;
    readonly resent: number;
    readonly refused: number;
    readonly connections: number;
    readonly state: number;
    readonly closeReason: number;
    readonly safeToSleep: boolean;
}

export class SoakDevice {
    readonly client: Publisher;
    /** Until every device has subscribed, nobody publishes. */
    paused = true;
    private readonly published: [number, number] = [0, 0];
    private readonly topics: readonly Topic[];
    private readonly payload = new Uint8Array(PAYLOAD_SIZE);
    /** For each peer the stream of QoS 0, then that of QoS 1. */
    private readonly inlets: Inlet[] = [];
    private turns = 0;

    constructor(platform: Platform, transport: Transport, sendBuffer: Uint8Array, settings: DeviceSettings, owner: InletOwner, onStopped: () => void) {
        const { name, prefix, peers, cleanSession, retryDelayMaximum } = settings;
        this.topics = [new Topic(platform, prefix + '/' + name + '/0'), new Topic(platform, prefix + '/' + name + '/1')];
        const options: PublisherOptions = {
            platform, transport, sendBuffer, clientId: prefix + name, cleanSession, ...times, retryDelayMaximum, retryDelay: retryDelayMaximum / 10,
            will: { topic: prefix + '/' + name + '/will', payload: platform.utf8('gone'), qos: 1 },
            onStateChange: state => {
                if (state === CONNECTED) for (const inlet of this.inlets) inlet.connected();
                if (state === 0) onStopped();
            },
        };
        if (peers.length === 0) {
            this.client = new Publisher(options);
            return;
        }
        const client = new Client({ ...options, receiveBuffer: new Uint8Array(128) });
        this.client = client;
        for (const peer of peers) {
            for (let qos = 0; qos < 2; qos++) {
                const inlet = new Inlet(peer, qos === 0 ? AT_MOST_ONCE : cleanSession ? CLEAN : KEPT, owner);
                this.inlets.push(inlet);
                client.subscribe(new Subscription(platform, prefix + '/' + peer + '/' + qos, 1, message => {
                    inlet.take(readPayload(message.bytes, message.start, message.end));
                }));
            }
        }
    }

    /** Publishes the next messages of its streams, `count` of them; what the full buffer refuses is tried again next time. */
    beat(count: number): void {
        for (let index = 0; index < count && !this.paused; index++) {
            const qos = ++this.turns % (QOS_1_SHARE + 1) === 0 ? 0 : 1;
            const end = writePayload(this.payload, this.published[qos] + 1);
            if (this.client.publish(this.topics[qos], this.payload, 0, end, qos, false) >= 0) this.published[qos]++;
        }
    }

    report(): DeviceReport {
        const { acknowledged, resent, refused, connections, state, closeReason, safeToSleep } = this.client;
        const received: [number, number][] = [];
        for (let index = 0; index < this.inlets.length; index += 2) received.push([this.inlets[index].next - 1, this.inlets[index + 1].next - 1]);
        const repeats = this.inlets.reduce((sum, inlet) => sum + inlet.repeats, 0);
        return { published: this.published, received, repeats, acknowledged, resent, refused, connections, state, closeReason, safeToSleep };
    }
}
