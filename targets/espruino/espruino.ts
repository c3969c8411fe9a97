// What the target uses of Espruino's globals and modules, as the interpreter of 2v29 has them; types only.

/** What gives bytes: a number one, its lower 8 bits. */
export type Bytes = string | number | Uint8Array | readonly Bytes[];

/** Functions of the interpreter's object `E`. */
export interface Interpreter {
    /** The bytes as a string, one character a byte. Undefined if memory is short. A whole Uint8Array whose memory is in one piece is not copied: string and array share it. */
    toString(bytes: Uint8Array): string | undefined;
    /** All arguments in one text: a number is the character with its lower 8 bits. A single text is itself. */
    toString(...data: Bytes[]): string;
    /** The bytes of all arguments, as `toString` takes them. */
    toUint8Array(...data: Bytes[]): Uint8Array;
    /** True for a string that holds characters above 255, where the build knows Unicode; false on ESP32 and ESP8266. */
    isUTF8(text: string): boolean;
    /** Such a string as one whose characters are its UTF-8 bytes; undefined where the build knows no Unicode. */
    fromUTF8(text: string): string | undefined;
    /** 32 bits, negative or not. */
    CRC32(text: string): number;
}

/** Espruino's typed arrays also take strings: one byte a character. */
export interface ByteArray {
    set(text: string, offset?: number): void;
}

/**
 * A socket of `net` or `tls`. `write` makes a text of whatever it is given, so bytes go as a string; it returns false always
 * and queues without limit.
 */
export interface Socket {
    write(text: string): boolean;
    /** Sends what is queued, then closes. Safe twice. */
    end(): void;
    on(event: 'data', listener: (this: Socket, text: string) => void): void;
    /** `drain` tells the socket itself, `close` whether something was left unsent. */
    on(event: 'drain' | 'close', listener: (this: Socket, told: Socket | boolean) => void): void;
    removeAllListeners(event: string): void;
    /** The queue of `write`. Before there is a connection it waits for that. */
    dSnd?: string;
    /** Who listens to `drain`. */
    '#ondrain'?: (this: Socket, told: Socket) => void;
    /** Ours: to whom it belongs; null once it belongs to nobody. */
    target?: unknown;
}

/** `require('net')`, `require('tls')`, or a modem's module that behaves alike. */
export interface Network {
    /** Blocks while it resolves and connects on an ESP32. Throws where others would report an error. */
    connect(options: object, onConnect?: (this: Socket) => void): Socket;
}

/** `require('Storage')`: files in flash that survive deep sleep. */
export interface Flash {
    read(name: string): string | undefined;
    /** False if there is no room. With `offset` and `size` a part of a file that is made `size` bytes long. */
    write(name: string, data: string | Uint8Array, offset?: number, size?: number): boolean;
    erase(name: string): void;
    list(expression?: RegExp): string[];
    getFree(): number;
}
