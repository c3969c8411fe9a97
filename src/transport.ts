// The contracts that a target implements and a session uses. They know nothing of MQTT.

/** What a transport reports to. The session implements it. */
export interface TransportOwner {
    /** The connection is usable: bytes may be written. Once per `open`. */
    onOpen(): void;
    /**
     * Bytes have arrived. `bytes` belongs to the transport and is valid during the call only.
     * The owner always consumes all of them. `start` inclusive, `end` exclusive, in bytes.
     */
    onBytes(bytes: Uint8Array, start: number, end: number): void;
    /** After a `write` that took less than all: there is room again. May also come unasked. */
    onWritable(): void;
    /** The connection has ended or could not be made; exactly once per `open`. `reason` is one of reasons.ts. */
    onClose(reason: number): void;
}

/** A byte stream to a broker: a TCP or TLS socket, or a modem's AT socket. Reusable: `open` may follow the end of a connection. */
export interface Transport {
    /** Starts to connect. The callbacks may come during this call or later; a failure is an `onClose`, never an exception. */
    open(owner: TransportOwner): void;
    /**
     * Takes all, part or nothing of bytes[start..end) and returns how many it took. What it takes it copies or sends
     * before it returns. Bytes may be held until `flush`. Taking less than all promises a later `onWritable` or `onClose`,
     * but no callback comes during this call: what goes wrong is told afterwards.
     */
    write(bytes: Uint8Array, start: number, end: number): number;
    /** Sends what is held. The session calls it once at the end of each turn in which it wrote. No callback comes during this call. */
    flush(): void;
    /**
     * Ends the connection; bytes already taken are still sent if the connection can. Safe at any moment, twice too,
     * and from inside a callback. No callback of that connection follows.
     */
    close(): void;
}

/** What a platform wakes. The session implements it. */
export interface PlatformOwner {
    onWake(): void;
}

/** Clock, timer, randomness and text encoding of the machine. One for each client. */
export interface Platform {
    /** Who is woken. The client calls it once, in its constructor. */
    attach(owner: PlatformOwner): void;
    /** Milliseconds, an integer, monotonic. It may wrap at 2^32 (as int32 or uint32). */
    now(): number;
    /** Calls `onWake` once, in `ms` milliseconds (0: after the current turn, never inside this call). A later call replaces the wake that is pending; a negative `ms` only removes it. */
    wakeAfter(ms: number): void;
    /** 32 random bits. They spread reconnects of many nodes: they must differ from board to board. Not for cryptography. */
    random(): number;
    /** The UTF-8 bytes of `text`; used at set-up only. What is not well-formed stays so, or throws: it is never replaced. */
    utf8(text: string): Uint8Array;
    /** An exception left a callback of the application. Report it; it must not be thrown on. */
    caught(error: unknown): void;
}
