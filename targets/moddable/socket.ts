// ECMA-419's TCP class as far as the transport uses it, with Moddable's semantics where the standard leaves them open
// (SDK 8: modules/io/socket/lwip/tcp.c). Also the buffer that makes its `read` and `write` exact without a new view.

/** A socket. It reads and writes whole views: never more than `read` has and `write` has room for, else it throws. */
export interface Socket {
    /** From the options. */
    target?: unknown;
    /** Fills all of `into`; undefined if nothing is there. */
    read(into: Uint8Array<ArrayBuffer>): unknown;
    /** Bytes that can still be written; undefined or NaN if the connection has ended. */
    write(data: Uint8Array<ArrayBuffer>): unknown;
    /** No callback follows; what was written still goes out. */
    close(): void;
}

export interface SocketOptions {
    address: string;
    port: number;
    nodelay: boolean;
    target: unknown;
    /** What the class of the sockets wants to know besides. */
    details: unknown;
    /** So many bytes are unread. Comes again only when more arrive. */
    onReadable(this: Socket, count: number): void;
    /** So many bytes can be written. The first one means: connected. */
    onWritable(this: Socket, count: number): void;
    /** The connection failed or ended; after all that was received has been read. `reason`: why (src/reasons.ts), from sockets of ours that know. */
    onError(this: Socket, reason?: number): void;
}

export type SocketClass = new (options: SocketOptions) => Socket;

/** ECMAScript 2024. */
interface ResizableArrayBuffer extends ArrayBuffer {
    resize(byteLength: number): void;
}
type ResizableArrayBufferConstructor = new (byteLength: number, options: { maxByteLength: number }) => ResizableArrayBuffer;

/**
 * Memory whose views get shorter and longer with it, so that a part of it can be handed to a native function without making
 * a view. Only native code may run while it is short: a collection of garbage would take the rest away.
 */
export function resizable(size: number): ResizableArrayBuffer {
    return new (ArrayBuffer as unknown as ResizableArrayBufferConstructor)(size, { maxByteLength: size });
}
