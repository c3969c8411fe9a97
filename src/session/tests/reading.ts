// What a client wrote, as mqtt-packet understands it, an implementation that is not ours.
import mqtt from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';

export interface Reading {
    readonly packets: readonly Packet[];
    /** The first byte of a packet of which more is to come; 0: there is none. */
    readonly begun: number;
}

/** In exhaustive tests the same bytes are read many times. */
const readings = new Map<string, Reading>();

/** All that a client wrote on one connection, as hexadecimal. Throws if it is not well-formed. Packets have at most 127 bytes after their header. */
export function read(hex: string): Reading {
    let reading = readings.get(hex);
    if (!reading) {
        const packets: Packet[] = [];
        const parser = mqtt.parser({ protocolVersion: 4 });
        parser.on('packet', (packet: Packet) => packets.push(packet));
        parser.on('error', (error: Error) => {
            throw error;
        });
        const data = Buffer.from(hex, 'hex');
        parser.parse(data);
        // The parser takes a fixed header out before its body has come.
        let at = 0;
        for (let count = 0; count < packets.length; count++) at += 2 + data[at + 1];
        reading = { packets, begun: at < data.length ? data[at] : 0 };
        readings.set(hex, reading);
    }
    return reading;
}
