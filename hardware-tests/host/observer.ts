// An independent witness of what a broker passes on: a client with a connection of its own, made of mqtt-packet instead of
// this project's codec. It notes every message that it is subscribed to, and publishes what a test wants published.
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { generate, parser } from 'mqtt-packet';
import type { IPublishPacket, Packet } from 'mqtt-packet';
import { until } from './until.ts';

export interface ObserverOptions {
    /** Where the broker listens on 127.0.0.1. */
    port: number;
    /** Subscribed to at QoS 1 before `connect` resolves. */
    filter?: string;
    user?: { name: string; password: string };
    /** Client identifier of a session that the broker keeps; a new one that it forgets if left out. */
    session?: string;
    /** Instead of TCP to `port`: a TLS socket, say. */
    socket?: Socket;
}

export interface SeenMessage {
    topic: string;
    payload: string;
    qos: number;
    retain: boolean;
}

let observers = 0;

export class Observer {
    /** All messages so far, duplicates included, in the order of arrival. */
    readonly messages: SeenMessage[] = [];
    private readonly socket: Socket;
    private readonly answered = new Set<string>();
    private messageId = 0;
    /** Its connection is gone. */
    ended = false;

    private constructor(socket: Socket) {
        this.socket = socket;
        const decoder = parser({ protocolVersion: 4 });
        decoder.on('packet', (packet) => this.onPacket(packet));
        socket.on('data', (bytes: Buffer) => decoder.parse(bytes));
        socket.on('error', () => {});
        socket.on('close', () => {
            this.ended = true;
        });
    }

    /** Resolves when the broker has accepted it; rejects when it does not. */
    static async connect(options: ObserverOptions): Promise<Observer> {
        const observer = new Observer(options.socket ?? connectTcp({ port: options.port, host: '127.0.0.1', noDelay: true }));
        const { user, filter, session } = options;
        observer.send({
            cmd: 'connect', clientId: session ?? `observer-${process.pid}-${observers++}`, clean: session === undefined, keepalive: 0,
            ...(user && { username: user.name, password: Buffer.from(user.password) }),
        });
        await observer.answer('connack 0');
        if (filter !== undefined) await observer.subscribe(filter);
        return observer;
    }

    /** Resolves when the broker has granted QoS 1. */
    async subscribe(filter: string): Promise<void> {
        const messageId = ++this.messageId;
        this.send({ cmd: 'subscribe', messageId, subscriptions: [{ topic: filter, qos: 1 }] });
        await this.answer(`suback ${messageId} 1`);
    }

    /** At QoS 1; resolves when the broker has acknowledged. */
    async publish(topic: string, payload: string | Buffer, retain = false): Promise<void> {
        const messageId = ++this.messageId;
        this.send({ cmd: 'publish', topic, payload, qos: 1, messageId, retain, dup: false });
        await this.answer(`puback ${messageId}`);
    }

    /** Payloads on one topic, each once, in the order of first appearance. */
    firstSeen(topic: string, qos?: number): string[] {
        const payloads = this.messages.filter((message) => message.topic === topic && (qos === undefined || message.qos === qos)).map(({ payload }) => payload);
        return [...new Set(payloads)];
    }

    /** Resolves when a message with this topic and payload was seen, past or to come. */
    async sees(topic: string, payload: string): Promise<void> {
        await until(`the observer sees '${payload}' on ${topic}`, () => this.messages.some((message) => message.topic === topic && message.payload === payload), 20);
    }

    close(): void {
        if (!this.ended) this.send({ cmd: 'disconnect' });
        this.socket.end();
    }

    private send(packet: Packet): void {
        this.socket.write(generate(packet));
    }

    private async answer(text: string): Promise<void> {
        await until(`the broker answers the observer with ${text}`, () => this.answered.delete(text) || this.ended, 20);
        if (this.ended) throw new Error(`the broker ended the observer's connection instead of answering with ${text}`);
    }

    private onPacket(packet: Packet): void {
        if (packet.cmd === 'publish') this.onMessage(packet);
        else if (packet.cmd === 'connack') this.answered.add(`connack ${packet.returnCode}`);
        else if (packet.cmd === 'suback') this.answered.add(`suback ${packet.messageId} ${packet.granted.join()}`);
        else if (packet.cmd === 'puback') this.answered.add(`puback ${packet.messageId}`);
    }

    private onMessage({ topic, payload, qos, retain, messageId }: IPublishPacket): void {
        this.messages.push({ topic, payload: payload.toString(), qos, retain });
        if (qos === 1) this.send({ cmd: 'puback', messageId });
    }
}
