// A wall between native code and modules that are not ours: an exception that leaves a callback of a socket ends the machine, and
// Moddable's TLS and DNS throw there (a certificate that is not trusted, a packet that cannot be parsed).

/** The class of an ECMA-419 IO: it is made with options, its callbacks among them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type IoClass = new (options: any) => object;

type Callback = (this: unknown, count: number) => void;

/**
 * A class whose instances are those of `io`, but whose callbacks throw nothing: `onThrown` is told instead. `onCalled`, if
 * there is one, is told of every callback but `onError`, before it.
 */
export function guarded(io: IoClass, onThrown: (error: unknown) => void, onCalled: (() => void) | undefined): IoClass {
    const guard = (callback: Callback | undefined, mayTell: boolean): Callback | undefined => callback && function (this: unknown, count: number): void { // dialect-ok: once a connection
        try {
            if (mayTell && onCalled) onCalled();
            callback.call(this, count);
        } catch (error) {
            onThrown(error);
        }
    };
    // A function that returns an object makes `new` return that.
    return function (options: Record<string, Callback | undefined>): object { // dialect-ok: once a transport
        return new io(Object.assign({}, options, {
            onReadable: guard(options.onReadable, true),
            onWritable: guard(options.onWritable, true),
            onError: guard(options.onError, false),
        }));
    } as unknown as IoClass;
}
