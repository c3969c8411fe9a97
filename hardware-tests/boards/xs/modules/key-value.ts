// `embedded:storage/key-value` of the virtual board: the flash of an ESP8266, whose values have 63 bytes at most. What it holds is told on the
// console before a deep sleep (system.ts), and whoever starts the board again hands it over as `flash` of its configuration.
import config from 'mc/config';

/** By domain and key: the bytes as hexadecimal digits. */
type Content = Record<string, Record<string, string>>;

export const flash: Content = config.flash as Content | undefined ?? {};
const LONGEST = 63;

export default {
    open({ path }: { path: string }) {
        const values = flash[path] ??= {};
        return {
            read(key: string): ArrayBuffer | undefined {
                const hex = values[key];
                if (hex === undefined) return undefined;
                const bytes = new Uint8Array(hex.length / 2);
                for (let index = 0; index < bytes.length; index++) bytes[index] = parseInt(hex.substring(2 * index, 2 * index + 2), 16);
                return bytes.buffer;
            },
            write(key: string, value: ArrayBuffer): void {
                if (value.byteLength > LONGEST) throw new Error('write failed');
                let hex = '';
                for (const byte of new Uint8Array(value)) hex += (256 + byte).toString(16).substring(1);
                values[key] = hex;
            },
            delete(key: string): void {
                delete values[key];
            },
            [Symbol.iterator]: () => Object.keys(values)[Symbol.iterator](),
        };
    },
};
