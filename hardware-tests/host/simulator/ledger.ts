// The truth about every message, both ways: who accepted it, where it was seen, what must still happen to it. Knows payloads
// and numbers, neither bytes of packets nor connections.
import type { Judge } from './judge.ts';

export interface Entry {
    /** In the order of acceptance, from 1. */
    readonly number: number;
    readonly qos: number;
    readonly size: number;
    /** Sent with RETAIN. From the broker: it keeps the message, and sends it with every subscription that it matches. */
    readonly retain: boolean;
    /** How often the other side has got it whole. */
    deliveries: number;
    acknowledged: boolean;
    /** QoS 0: handed over whole on a connection that the broker did not refuse, so that its loss would be the link's. */
    handedOver: boolean;
    /** Too large for the receive buffer, of a session that the broker forgot, or lost with the power: it need not arrive. */
    excused: boolean;
    /** Given up by the policy of an outbox, and counted: should it arrive all the same, its place is nobody's concern. */
    givenUp: boolean;
}

const NUMBER_SIZE = 4;

/** One direction. Its messages carry their number, so that every byte of each can be checked. */
export class Ledger {
    readonly entries: Entry[] = [];
    private latestFirst = 0;
    private readonly judge: Judge;
    private readonly receiver: string;

    constructor(judge: Judge, receiver: string) {
        this.judge = judge;
        this.receiver = receiver;
    }

    /** The payload that the next message will have. `size`: in bytes; at least its number. */
    payload(size: number): Uint8Array {
        const number = this.entries.length + 1;
        const bytes = new Uint8Array(Math.max(size, NUMBER_SIZE));
        for (let index = 0; index < bytes.length; index++) bytes[index] = index < NUMBER_SIZE ? number >> (24 - 8 * index) : number * 31 + index;
        return bytes;
    }

    accept(qos: number, size: number, retain: boolean): Entry {
        const entry: Entry = { number: this.entries.length + 1, qos, size: Math.max(size, NUMBER_SIZE), retain, deliveries: 0, acknowledged: false, handedOver: false, excused: false, givenUp: false };
        this.entries.push(entry);
        return entry;
    }

    /** The message that a payload belongs to. */
    find(bytes: Uint8Array): Entry | undefined {
        const number = bytes.length < NUMBER_SIZE ? 0 : (bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
        const entry = this.entries[number - 1];
        const intact = entry !== undefined && entry.size === bytes.length && bytes.every((byte, index) => index < NUMBER_SIZE || byte === ((number * 31 + index) & 255));
        if (intact) return entry;
        this.judge.fail('messages', `${this.receiver} sees a message that nobody sent: ${Buffer.from(bytes).toString('hex')}`);
        return undefined;
    }

    /** The other side has got `entry` whole. `again`: it is one that may be sent any number of times, at any time. */
    deliver(entry: Entry, again: boolean): void {
        if (entry.deliveries++ === 0 && !again && !entry.givenUp) {
            this.judge.require(entry.number > this.latestFirst, 'order', `message ${entry.number} reaches ${this.receiver} for the first time after ${this.latestFirst}`);
            this.latestFirst = entry.number;
        }
        this.judge.require(again || entry.qos === 1 || entry.deliveries === 1, 'once', `QoS 0 message ${entry.number} reaches ${this.receiver} twice`);
    }
}
