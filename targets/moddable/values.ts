// The two memories of a Moddable board as the record store wants them (record-store.ts).
import type { Values } from './record-store.ts';

/** A domain of `embedded:storage/key-value` (SDK 8: modules/io/storage), as its `open` returns it. Makes names on iteration. */
interface KeyValueDomain {
    read(key: string): ArrayBuffer | undefined;
    write(key: string, value: ArrayBuffer): void;
    delete(key: string): void;
    /** An iterator over the keys, whose `next` is called until it is done. */
    [Symbol.iterator](): Iterator<string>;
}

export interface KeyValue {
    open(options: { path: string; format?: string }): KeyValueDomain;
}

/**
 * A domain of `embedded:storage/key-value`. `path`: the domain's name, at most 15 bytes on an ESP32, 31 on an ESP8266.
 * Throws if it cannot be opened.
 */
export function keyValues(io: KeyValue, path: string): Values {
    const domain = io.open({ path, format: 'buffer' });
    return {
        names() {
            return Array.from(domain);
        },
        read(name) {
            return domain.read(name);
        },
        write(name, value) {
            domain.write(name, value);
        },
        delete(name) {
            domain.delete(name);
        },
    };
}

/** Moddable's module `preference`. */
export interface Preference {
    keys(domain: string): string[];
    get(domain: string, key: string): unknown;
    set(domain: string, key: string, value: ArrayBuffer): void;
    delete(domain: string, key: string): void;
}

/** A domain of `preference`. `domain`: its name, at most 15 bytes on an ESP32, 31 on an ESP8266. */
export function preferenceValues(io: Preference, domain: string): Values {
    return {
        names() {
            return io.keys(domain);
        },
        read(name) {
            const value = io.get(domain, name);
            return value instanceof ArrayBuffer ? value : undefined;
        },
        write(name, value) {
            io.set(domain, name, value);
        },
        delete(name) {
            io.delete(domain, name);
        },
    };
}
