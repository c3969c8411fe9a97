// What a modem lives in: a clock and a network. There are two worlds, a real one and one in which time is a number; the modem cannot
// tell them apart. Knows nothing of AT commands or MQTT.

/** Calls that wait for their time. */
export interface Clock {
    /** In ms, monotonic, not whole. */
    now(): number;
    /** Calls `job` once in `ms` ms, at least 0, never inside this call. What is returned calls it off, at any moment. */
    after(ms: number, job: () => void): () => void;
}

/** Why a connection could not be made. */
export type Failure = 'name' | 'refused' | 'timeout' | 'certificate' | 'failed';

/** Who is told what happens to a connection. */
export interface ConnectionOwner {
    onOpen(): void;
    /** The bytes are the receiver's to keep. */
    onBytes(bytes: Uint8Array): void;
    /** It could not be made. Nothing follows. */
    onFailure(why: Failure): void;
    /** It is over. Nothing follows. */
    onEnd(): void;
}

/** One TCP or TLS connection. */
export interface Connection {
    /** Sends all of `bytes`, or holds them. */
    write(bytes: Uint8Array): void;
    /** Bytes that were written and that the other end has not taken. */
    readonly unsent: number;
    /** No `onBytes` until `resume`; the other end is held up as soon as its window is full. */
    pause(): void;
    resume(): void;
    /** Ends it: what was written still goes out (`orderly`), or it is reset. No callback follows. */
    close(orderly: boolean): void;
}

export interface TlsFiles {
    /** PEM texts. Without `ca` any certificate is believed. */
    readonly ca?: string;
    readonly certificate?: string;
    readonly key?: string;
}

export interface Network {
    /** `tls`: null for plain TCP. The callbacks come later, never inside this call. */
    connect(host: string, port: number, tls: TlsFiles | null, owner: ConnectionOwner): Connection;
}
