// The part of u8-mqtt, which has no types of its own, that the benchmark uses.

declare module 'u8-mqtt' {
    interface Client {
        with_tcp(port: number, host: string): Client;
        with_tls(port: number, host: string, options: object): Client;
        connect(packet: { client_id: string; keep_alive: number; clean: boolean }): Promise<unknown>;
        /** With QoS 1: resolves with the PUBACK. */
        send(topic: string, payload: Uint8Array): Promise<unknown>;
        disconnect(): Promise<unknown>;
    }

    export default function mqtt(options: { log_conn(): void }): Client;
}
