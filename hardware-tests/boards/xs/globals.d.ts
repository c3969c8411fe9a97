// What a script finds on the virtual board besides what targets/moddable/modules.d.ts has: more of Moddable's modules, as far as
// the host has them, and globals of the host's own.

declare module 'embedded:io/socket/tcp' {
    type Bytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

    interface TCPOptions {
        /** An IP address; a host name throws "invalid address". */
        address: string;
        port: number;
        nodelay?: boolean;
        format?: 'buffer' | 'number';
        /** Becomes the property `target` of the socket. */
        target?: unknown;
        /** So many bytes are unread. Comes again only when more arrive. */
        onReadable?(this: TCP, count: number): void;
        /** So many bytes can be written. The first one means: connected. */
        onWritable?(this: TCP, count: number): void;
        /** The connection failed or ended, or the peer closed it; after all that was received has been read. */
        onError?(this: TCP): void;
    }

    class TCP {
        constructor(options: TCPOptions);
        target: unknown;
        format: 'buffer' | 'number';
        /** Bytes that can still be written; undefined if the connection has just broken. Throws, and takes nothing, if they do not fit, before it is connected, and once it has ended. */
        write(data: Bytes | number): number | undefined;
        /** All, or `count` bytes; with format 'number' the next byte. undefined: nothing is there; more than there is throws. */
        read(count?: number): ArrayBuffer | number | undefined;
        /** Fills all of `into` and returns its length. */
        read(into: Bytes): number | undefined;
        /** No callback follows. Bytes that were written still go out. */
        close(): void;
    }

    export default TCP;
}

// Written in TypeScript (./modules); what is said here is what Moddable's own have too.

declare module 'embedded:io/socket/tcp/tls' {
    /** Takes the options of a TCP socket, `TCP: { io }`, `host` and `secure`. */
    class TLSSocket {
        constructor(options: object);
        read(into: Uint8Array<ArrayBuffer>): number | undefined;
        write(data: Uint8Array<ArrayBuffer>): number;
        close(): void;
    }

    export default TLSSocket;
}

declare module 'embedded:io/serial' {
    /** Buffers only. */
    class Serial {
        constructor(options: {
            port?: number;
            transmit: number;
            receive: number;
            baud: number;
            format?: 'buffer' | 'number';
            target?: unknown;
            onReadable?(this: Serial, count: number): void;
            onWritable?(this: Serial, count: number): void;
        });
        target: unknown;
        /** Up to the length of `into`, which it returns; undefined: nothing is there. */
        read(into: Uint8Array<ArrayBuffer>): number | undefined;
        /** Throws, and writes nothing, if there is not room for all. */
        write(data: Uint8Array<ArrayBuffer>): void;
        close(): void;
    }

    export default Serial;
}

declare module 'embedded:io/socket/udp' {
    class UDP {
        close(): void;
    }

    export default UDP;
}

declare module 'embedded:network/dns/resolver/udp' {
    class Resolver {
        constructor(options: { servers: readonly string[]; socket: { io: unknown } });
        resolve(request: { host: string; onResolved(host: string, address: string): void; onError(host: string): void }): void;
        close(): void;
    }

    export default Resolver;
}

declare module 'embedded:network/interface/wifi' {
    class WiFi {
        constructor(options: { onChanged?(property: string): void });
        readonly connection: number;
        connect(options: { SSID: string; password?: string; channel?: number; secure?: boolean }): void;
        disconnect(): void;
        close(): void;
    }

    export default WiFi;
}

declare module 'system' {
    const System: {
        /** Of an ESP8266. `us`: microseconds, uint32. */
        deepSleep(us: number): void;
    };

    export default System;
}

declare module 'mc/config' {
    /** The JSON that the board was started with, frozen. */
    const config: Readonly<Record<string, unknown>>;
    export default config;
}

/**
 * What the engine and the sockets have used. Reading allocates nothing, but costs bytecodes and stack of its own: measure an
 * empty run too, and take the difference.
 *
 * Scripts run as a board has them in flash: bytecode, names and string literals take no heap. Code that is *evaluated* at run
 * time (`eval`, `new Function`) is different: each of its string literals allocates chunk bytes whenever it is reached.
 */
declare const Meter: {
    /** Bytes of a slot: 16 as on a microcontroller, or 32 if the host is a 64-bit program. */
    readonly slotBytes: 16 | 32;
    /** Slots in use since the scripts began; only rises between collections, so a difference is what was allocated. */
    slots(): number;
    /** Bytes of chunks (strings, buffers, arrays) in use, their headers included; likewise. */
    chunkBytes(): number;
    /** Collections of garbage so far. */
    collections(): number;
    /** Bytecodes executed so far, as the engine counts them (uint32; each call from native code counts one more). */
    bytecodes(): number;
    /** Deepest stack since the start or `resetStack`, in slots as a manifest's `stack` counts them. Exact. */
    deepestStack(): number;
    resetStack(): void;
    /** Collects garbage now. */
    collect(): void;
    /** Bytes received and sent by all sockets. */
    bytesIn(): number;
    bytesOut(): number;
    /** Calls of `write` on sockets, and the system calls that sent what they wrote: one a turn and socket. */
    writes(): number;
    sends(): number;
};

declare const Board: {
    /** Ends the board's process. Bytes written to sockets go out before. */
    exit(code?: number): never;
    /** A line that was sent to the board. */
    onLine?: (line: string) => void;
};
