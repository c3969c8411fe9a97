// A broker in virtual time, as far as a modem's trial needs one: one client with a session that lasts, QoS 0 and 1, both ways. It reads
// packets with mqtt-packet and shares nothing with src.
import mqtt from 'mqtt-packet';
import type { IPublishPacket, Packet } from 'mqtt-packet';
import type { Peer, PeerOwner } from './virtual-world.ts';

interface Waiting {
    readonly payload: Buffer;
    messageId: number;
}

export class TrialBroker {
    /** Payloads that have arrived, as texts of latin1, and how often. */
    readonly seen = new Map<string, number>();
    connects = 0;
    private session = false;
    private current: Peer | null = null;
    private waiting: Waiting[] = [];
    private identifier = 0;

    /** Somebody else publishes for the client. */
    publish(payload: Buffer): void {
        const message = { payload, messageId: 0 };
        this.waiting.push(message);
        if (this.current) this.send(this.current, message, false);
    }

    /** Messages that the client has not acknowledged. */
    get unacknowledged(): number {
        return this.waiting.length;
    }

    /** Serves a connection. */
    accept(peer: Peer): PeerOwner {
        const parser = mqtt.parser({ protocolVersion: 4 });
        let over = false;
        parser.on('packet', (packet: Packet) => {
            if (over) return;
            if (packet.cmd === 'connect') {
                this.current?.close(true);
                this.current = peer;
                this.connects++;
                this.answer(peer, { cmd: 'connack', returnCode: 0, sessionPresent: this.session && !packet.clean });
                this.session = true;
                for (const message of this.waiting) this.send(peer, message, message.messageId > 0);
            } else if (this.current === peer) {
                this.receive(peer, packet);
            }
        });
        // What is no packet ends the connection [MQTT-4.8.0-1].
        parser.on('error', () => {
            over = true;
            peer.close(true);
            if (this.current === peer) this.current = null;
        });
        return {
            onBytes: bytes => void (over || parser.parse(Buffer.from(bytes))),
            onEnd: () => {
                over = true;
                if (this.current === peer) this.current = null;
            },
        };
    }

    private receive(peer: Peer, packet: Packet): void {
        switch (packet.cmd) {
            case 'publish': {
                const key = Buffer.from(packet.payload).toString('latin1');
                this.seen.set(key, (this.seen.get(key) ?? 0) + 1);
                if (packet.qos === 1) this.answer(peer, { cmd: 'puback', messageId: packet.messageId });
                break;
            }
            case 'puback':
                this.waiting = this.waiting.filter(({ messageId }) => messageId !== packet.messageId);
                break;
            case 'subscribe':
                // A stream that was spoiled after its close may still make packets.
                if (packet.subscriptions.length === 0 || packet.subscriptions.some(({ qos }) => qos > 2)) return peer.close(true);
                this.answer(peer, { cmd: 'suback', messageId: packet.messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
                break;
            case 'pingreq': return this.answer(peer, { cmd: 'pingresp' });
            case 'disconnect':
                this.current = null;
                peer.close(true);
                break;
            default:
        }
    }

    private send(peer: Peer, message: Waiting, dup: boolean): void {
        message.messageId ||= this.identifier = this.identifier % 65535 + 1;
        const packet: IPublishPacket = { cmd: 'publish', topic: 'n/down', qos: 1, dup, retain: false, messageId: message.messageId, payload: message.payload };
        this.answer(peer, packet);
    }

    private answer(peer: Peer, packet: Packet): void {
        peer.write(mqtt.generate(packet));
    }
}
