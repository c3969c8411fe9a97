// The link of the session target: takes as much as it is told to, and reads what the client writes with mqtt-packet, an
// implementation that is not ours. Opens, breaks and delivers only when the script says so.
import mqtt from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import type { Transport, TransportOwner } from '../../../../src/transport.ts';
import { require } from '../target.ts';

/** What a client that never uses QoS 2 sends. */
const SENT: ReadonlySet<string> = new Set(['connect', 'publish', 'puback', 'subscribe', 'unsubscribe', 'pingreq', 'disconnect']);

export class FuzzedLink implements Transport {
    owner: TransportOwner | null = null;
    opened = false;
    /** How often it was opened. */
    opens = 0;
    /** Bytes that it still takes. */
    room = Infinity;
    /** What the client has written whole on the present connection. */
    packets: Packet[] = [];
    private parser = mqtt.parser({ protocolVersion: 4 });

    open(owner: TransportOwner): void {
        require(this.owner === null, 'a link is opened that is open');
        this.opens++;
        this.owner = owner;
        this.opened = false;
        this.packets = [];
        this.parser = mqtt.parser({ protocolVersion: 4 });
        this.parser.on('packet', (packet: Packet) => this.wrote(packet));
        this.parser.on('error', (error: Error) => {
            throw new Error(`malformed on the wire: ${error.message}`);
        });
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        require(this.owner !== null && this.opened, 'a write to a link that is not open');
        require(start >= 0 && start < end && end <= bytes.length, 'a write of a range that is none');
        const size = Math.min(end - start, this.room);
        this.room -= size;
        this.parser.parse(Buffer.from(bytes.subarray(start, start + size)));
        return size;
    }

    flush(): void {
        // What was taken is read at once.
    }

    close(): void {
        this.owner = null;
        this.opened = false;
    }

    private wrote(packet: Packet): void {
        const { packets } = this;
        require(SENT.has(packet.cmd), `a client does not send ${packet.cmd}`);
        require((packets.length === 0) === (packet.cmd === 'connect'), 'CONNECT is not the first packet, or not the only one');
        require(packets.at(-1)?.cmd !== 'disconnect', 'a packet behind DISCONNECT');
        packets.push(packet);
    }
}
