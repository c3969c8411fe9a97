// A wall between native code and modules that are not ours: an exception that leaves a callback of a socket ends the machine, and
// Moddable's TLS and DNS throw there (a certificate that is not trusted, a packet that cannot be parsed).
import { misuse } from '../../src/misuse.ts';

/** The class of an ECMA-419 IO: it is made with options, its callbacks among them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type IoClass = new (options: any) => object;

/** Throws if `io` is no class: a module that was not imported is undefined, and no connection would ever come about. */
export function checkClass(io: unknown): void {
    if (typeof io !== 'function') misuse(MOTEMQ_TEXTS ? 'io is a class' : 'io', io);
}

type Callback = (this: unknown, count: number) => void;

/**
 * What the guards find on the socket: the callbacks in its options, under names of their own. They are called as methods, because
 * `call` would take 11 slots more of a stack of which a TLS handshake leaves little.
 */
interface GuardedSocket {
    heardReadable?: Callback;
    heardWritable?: Callback;
    heardError?: Callback;
}

/**
 * A class whose instances are those of `io`, but whose callbacks throw nothing: `onThrown` is told instead. `onConnected`, if
 * there is one, is told of every `onWritable`, before it.
 */
export function guarded(io: IoClass, onThrown: (error: unknown) => void, onConnected: (() => void) | undefined): IoClass {
    const guards = { // dialect-ok: once a connection, as all below
        onReadable(this: GuardedSocket, count: number): void {
            try {
                this.heardReadable!(count);
            } catch (error) {
                onThrown(error);
            }
        },
        onWritable(this: GuardedSocket, count: number): void {
            if (onConnected) onConnected();
            try {
                this.heardWritable!(count);
            } catch (error) {
                onThrown(error);
            }
        },
        onError(this: GuardedSocket, count: number): void {
            try {
                this.heardError!(count);
            } catch (error) {
                onThrown(error);
            }
        },
    };
    // A function that returns an object makes `new` return that.
    return function (options: { onReadable?: Callback; onWritable?: Callback; onError?: Callback }): object { // dialect-ok: once a transport
        const socket = new io(Object.assign({}, options, {
            onReadable: options.onReadable && guards.onReadable,
            onWritable: options.onWritable && guards.onWritable,
            onError: options.onError && guards.onError,
        })) as GuardedSocket;
        socket.heardReadable = options.onReadable;
        socket.heardWritable = options.onWritable;
        socket.heardError = options.onError;
        return socket;
    } as unknown as IoClass;
}
