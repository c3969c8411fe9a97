// A broker for session tests that reads the client's bytes with mqtt-packet, an implementation that is not ours, keeps the
// session over cuts, and records what it saw. It answers at once; the test decides how much of an answer arrives.
import mqtt from 'mqtt-packet';
import type { IPublishPacket, Packet } from 'mqtt-packet';

export interface Seen {
    /** Counted from 1. */
    readonly connection: number;
    readonly payload: string;
    readonly qos: number;
    readonly dup: boolean;
    readonly packetIdentifier: number;
}

export class ScriptedBroker {
    connection = 0;
    /** False: it forgets subscriptions and what it sent whenever a connection ends. */
    keepsSession = true;
    /** Every PUBLISH that arrived whole. */
    readonly seen: Seen[] = [];
    /** Type of every packet that arrived whole on the present connection. */
    packets: string[] = [];
    readonly filters = new Set<string>();
    /** Messages for the client that it has not acknowledged. */
    private readonly unacknowledged: IPublishPacket[] = [];
    private hasSession = false;
    private replies: number[] = [];
    private parser = mqtt.parser();

    /** The client has opened a connection. */
    accept(): void {
        this.connection++;
        this.packets = [];
        this.replies = [];
        this.parser = mqtt.parser({ protocolVersion: 4 });
        this.parser.on('packet', (packet: Packet) => this.handle(packet));
        this.parser.on('error', (error: Error) => {
            throw error;
        });
        if (!this.keepsSession) {
            this.filters.clear();
            this.hasSession = false;
        }
    }

    /** Bytes from the client have arrived. */
    receive(bytes: number[]): void {
        if (bytes.length) this.parser.parse(Buffer.from(bytes));
    }

    /** What the broker has to send, and forgets that it had. */
    answer(): number[] {
        return this.replies.splice(0);
    }

    /** Sends a message, QoS 1 ones again on every connection until they are acknowledged. */
    publish(topic: string, payload: string, messageId: number): void {
        const packet: IPublishPacket = { cmd: 'publish', topic, payload, qos: messageId ? 1 : 0, messageId, dup: false, retain: false };
        if (messageId) this.unacknowledged.push(packet);
        this.send(packet);
    }

    get awaits(): number {
        return this.unacknowledged.length;
    }

    private send(packet: Packet): void {
        this.replies.push(...mqtt.generate(packet));
    }

    private handle(packet: Packet): void {
        if ((this.packets.length === 0) !== (packet.cmd === 'connect')) throw new Error(packet.cmd + ' after ' + this.packets.join());
        if (this.packets.at(-1) === 'disconnect') throw new Error(packet.cmd + ' after DISCONNECT [MQTT-3.14.4-2]');
        this.packets.push(packet.cmd);
        const messageId = packet.messageId!;
        switch (packet.cmd) {
            case 'connect':
                this.send({ cmd: 'connack', returnCode: 0, sessionPresent: this.hasSession });
                this.hasSession = true;
                for (const message of this.unacknowledged) this.send({ ...message, dup: true });
                break;
            case 'publish':
                this.seen.push({ connection: this.connection, payload: String(packet.payload), qos: packet.qos, dup: packet.dup, packetIdentifier: messageId ?? 0 });
                if (packet.qos) this.send({ cmd: 'puback', messageId });
                break;
            case 'puback':
                if (this.unacknowledged[0]?.messageId !== messageId) throw new Error('PUBACK for what was not sent, or out of order [MQTT-4.6.0-2]');
                this.unacknowledged.shift();
                break;
            case 'subscribe':
                for (const { topic } of packet.subscriptions) this.filters.add(topic);
                this.send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
                break;
            case 'unsubscribe':
                for (const topic of packet.unsubscriptions) this.filters.delete(topic);
                this.send({ cmd: 'unsuback', messageId, granted: [] });
                break;
            case 'pingreq':
                this.send({ cmd: 'pingresp' });
                break;
            case 'disconnect':
                break;
            default:
                throw new Error('a client does not send ' + packet.cmd);
        }
    }
}
