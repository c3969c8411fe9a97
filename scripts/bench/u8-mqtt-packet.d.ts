// The part of u8-mqtt-packet, which has no types of its own, that the benchmark uses.

declare module 'u8-mqtt-packet/esm/codec_v4_client.js' {
    const options: object;
    export default options;
}

declare module 'u8-mqtt-packet/esm/codec_bind.js' {
    interface Packet {
        readonly type: string;
        readonly pkt_id: number;
        readonly topic: string;
        readonly payload: Uint8Array;
        readonly answers: readonly number[];
    }

    interface Context {
        encode_pkt(type: 'publish', packet: { topic: string; payload: Uint8Array; qos: number; pkt_id: number }): Uint8Array;
        mqtt_stream(): { decode(bytes: Uint8Array): Packet[] };
    }

    export default function context(level: number, options: object): Context;
}
