// A scripted conversation of the client with a broker, through a proxy that cuts the link at a given byte, and the oracle for
// its outcome: what an observer of its own connection saw, and what the client says it knows.
import * as assert from 'uvu/assert';
import { Client, STOPPED, Subscription, Topic } from '../../src/index.ts';
import type { Transport } from '../../src/transport.ts';
import { NodePlatform, TcpTransport } from '../../targets/node/index.ts';
import { FaultProxy } from '../host/fault-proxy.ts';
import type { Direction, Faults, ProxyConnection } from '../host/fault-proxy.ts';
import type { Observer } from '../host/observer.ts';
import { until } from '../host/until.ts';

/** What is published, in this order; the message with QoS 0 is in the middle, so that it is never the last that is waited for. */
const messages: readonly (readonly [payload: string, qos: number])[] = [['one', 1], ['zero', 0], ['two', 1], ['three', 1]];
const withQoS1 = messages.filter(([, qos]) => qos === 1).map(([payload]) => payload);

/** Bytes of a conversation without faults, each way. */
export interface Length {
    up: number;
    down: number;
    /** A cut before so many bytes leaves the client without something that it waits for. */
    needed: Record<Direction, number>;
}

let conversations = 0;

/** One of several that talk to the same broker at the same time; each has a proxy and so a link of its own. */
export class Lane {
    readonly proxy: FaultProxy;
    private readonly observer: Observer;
    private readonly makeTransport: (port: number) => Transport;

    private constructor(proxy: FaultProxy, observer: Observer, makeTransport: (port: number) => Transport) {
        this.proxy = proxy;
        this.observer = observer;
        this.makeTransport = makeTransport;
    }

    /** `target`: the broker's port. `observer` is subscribed to `cut/#`. */
    static async open(target: number, observer: Observer, makeTransport = (port: number): Transport => new TcpTransport({ host: '127.0.0.1', port })): Promise<Lane> {
        return new Lane(await FaultProxy.start({ target }), observer, makeTransport);
    }

    /**
     * Connects with a persistent session, subscribes, publishes three messages with QoS 1 and one with QoS 0, receives them
     * back, disconnects; then connects once more and publishes a last one. `plans`: faults of the first connections.
     * Throws where the outcome is not what the standard promises. Returns the connections of the conversation itself.
     */
    async converse(...plans: Faults[]): Promise<ProxyConnection[]> {
        // Of the same length each time, so that the same byte is cut.
        const name = `c${String(10000 + conversations++)}`;
        const topicName = `cut/${name}`;
        const first = this.proxy.connections.length;
        this.proxy.plan(...plans);
        const platform = new NodePlatform();
        const topic = new Topic(platform, topicName);
        const received = new Set<string>();
        const acknowledged: number[] = [];
        const handles: number[] = [];
        const grants: number[] = [];
        const publish = (payload: string, qos: number): void => {
            const bytes = Buffer.from(payload);
            const handle = client.publish(topic, bytes, 0, bytes.length, qos, false);
            if (qos === 1) handles.push(handle);
        };
        const client = new Client({
            transport: this.makeTransport(this.proxy.port),
            platform,
            clientId: name,
            retryDelay: 1,
            retryDelayMaximum: 4,
            sendBuffer: new Uint8Array(512),
            receiveBuffer: new Uint8Array(128),
            onAcknowledged: (handle) => acknowledged.push(handle),
            onSubscribed({ granted }) {
                grants.push(granted);
                if (handles.length === 0) for (const [payload, qos] of messages) publish(payload, qos);
            },
        });
        // Not only the messages: where CONNACK was lost the client subscribes again, and that has an answer too.
        const hasAll = (payloads: readonly string[]): boolean =>
            payloads.every((payload) => received.has(payload)) && acknowledged.length === payloads.length && client.safeToSleep;

        try {
            client.subscribe(new Subscription(platform, topicName, 1, ({ bytes, start, end }) => received.add(Buffer.from(bytes.subarray(start, end)).toString())));
            client.start();
            await until(`${name} has sent and received all`, () => hasAll(withQoS1));
            client.stop();
            await until(`${name} has stopped`, () => client.state === STOPPED);
            assert.ok(client.safeToSleep, 'nothing unacknowledged, nothing unsent after the end');
            const connections = this.proxy.connections.slice(first);
            await until(`${name}'s connections are gone`, () => connections.every(({ ended }) => ended));

            client.start();
            publish('after', 1);
            await until(`${name} has published once more`, () => hasAll([...withQoS1, 'after']));
            client.stop();
            await until(`${name} has stopped again`, () => client.state === STOPPED);
            await until(`${name}'s last connection is gone`, () => this.proxy.connections.every(({ ended }) => ended));
            assert.ok(client.safeToSleep, 'nor at the last');
            assert.ok(grants.every((granted) => granted === 1), `granted ${grants.join()}`);
            assert.equal(acknowledged, handles, 'each message acknowledged once, in the order of publishing');
            assert.is(client.acknowledged, handles.length);
            assert.is(client.sent, messages.length + 1);
            assert.is(client.refused, 0);

            await this.observer.sees(topicName, 'after');
            assert.equal(this.observer.firstSeen(topicName, 1), [...withQoS1, 'after'], 'what the observer saw with QoS 1');
            assert.ok(this.observer.messages.filter((message) => message.topic === topicName && message.payload === 'zero').length < 2, 'QoS 0 at most once');
            return connections;
        } finally {
            // One that has failed would try for ever.
            client.stop();
        }
    }

    /** How long the conversation is; it is made of packets of known sizes. */
    async measure(): Promise<Length> {
        const [{ up, down }] = await this.converse();
        // Fixed header 2, length of the topic 2, the topic 'cut/c10000', a packet identifier with QoS 1 only.
        const zero = 2 + 2 + 10 + 'zero'.length;
        return {
            up: up.forwarded,
            down: down.forwarded,
            // Behind them come the PUBACKs for what was received, 4 bytes each, and DISCONNECT: nothing answers those.
            needed: { up: up.forwarded - 4 * withQoS1.length - 2, down: down.forwarded - zero },
        };
    }
}

/** FIN and RST in turn. */
export function cutAfter(direction: Direction, bytes: number): Faults {
    return { [direction]: { cutAfter: { bytes, how: (bytes + (direction === 'up' ? 0 : 1)) % 2 === 0 ? 'fin' : 'rst' } } };
}

/** Runs `work` for each item, on all lanes at once. */
export async function onLanes<T>(lanes: readonly Lane[], items: readonly T[], work: (lane: Lane, item: T) => Promise<void>): Promise<void> {
    const rest = [...items];
    await Promise.all(lanes.map(async (lane) => {
        for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(lane, item);
    }));
}

/**
 * Cuts a connection after every number of bytes up to `total` in `direction`: the first one, or the one behind `before`.
 * Throws, naming the byte, at the first bad outcome; `judge` looks at the connections too.
 */
export async function cutAtEveryByte(
    lanes: readonly Lane[], direction: Direction, total: number, before: readonly Faults[], judge: (bytes: number, connections: ProxyConnection[]) => void,
): Promise<void> {
    await onLanes(lanes, Array.from({ length: total + 1 }, (_, index) => index), async (lane, bytes) => {
        try {
            judge(bytes, await lane.converse(...before, cutAfter(direction, bytes)));
        } catch (error) {
            throw new Error(`cut after ${bytes} of ${total} bytes ${direction}: ${(error as Error).message}`, { cause: error });
        }
    });
}
