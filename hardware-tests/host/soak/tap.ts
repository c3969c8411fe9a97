// What one device publishes at QoS 1, read off the wire by mqtt-packet, an independent decoder: it says which numbers a receiver
// may see twice, and holds the device to the rules of resending (MQTT 3.1.1 §4.4, [MQTT-3.3.1-1], [MQTT-3.1.2-6]).
import { parser } from 'mqtt-packet';
import type { IPublishPacket } from 'mqtt-packet';

/** Numbers sent more than once that are remembered: many times what can be on its way. */
const MOST_REMEMBERED = 200;

export class PublishTap {
    /** QoS 1 messages that went out again. */
    resends = 0;
    private readonly topic: string;
    private readonly cleanSession: boolean;
    private readonly onFault: (text: string) => void;
    private readonly again = new Set<number>();
    /** The latest number that went out for the first time. */
    private highest = 0;
    private connections = 0;

    /** Watches `topic`, whose messages begin with their number. */
    constructor(topic: string, cleanSession: boolean, onFault: (text: string) => void) {
        this.topic = topic;
        this.cleanSession = cleanSession;
        this.onFault = onFault;
    }

    /** A new connection of the device; call what it returns with the bytes that go up. */
    connection(): (bytes: Buffer) => void {
        const place = ++this.connections;
        let last = 0;
        const decoder = parser({ protocolVersion: 4 });
        decoder.on('packet', (packet) => {
            if (packet.cmd === 'publish' && packet.topic === this.topic) last = this.onPublish(packet, last, place === this.connections);
        });
        decoder.on('error', (error) => this.onFault(`sends what mqtt-packet cannot read: ${error.message}`));
        return (bytes) => void decoder.parse(bytes);
    }

    /** Whether `number` went out more than once. */
    wentOutAgain(number: number): boolean {
        return this.again.has(number);
    }

    /** `last`: the number before it on this connection, which may not be the `latest`: a stalled link shows its bytes late. Returns its own number. */
    private onPublish({ payload, dup }: IPublishPacket, last: number, latest: boolean): number {
        const number = Number.parseInt(payload.toString(), 10);
        if (number <= last) this.onFault(`sends ${number} after ${last} on one connection`);
        if (last > 0 && number > last + 1) this.onFault(`sends ${number} after ${last}: one is left out`);
        const again = number <= this.highest;
        if (again) {
            this.resends++;
            this.again.add(number);
            for (const oldest of this.again) {
                if (this.again.size <= MOST_REMEMBERED) break;
                this.again.delete(oldest);
            }
        } else {
            this.highest = number;
        }
        // What broke off before it came to the tap was still begun: it bears DUP, too, with a number that is new here.
        if (this.cleanSession ? dup : latest && again && !dup) this.onFault(`sends ${number} with${dup ? '' : 'out'} DUP`);
        return number;
    }
}
