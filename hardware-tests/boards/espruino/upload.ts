// Puts files into a board's Storage as tools for Espruino do: in lines of code over its console.
import { crc32 } from './crc32.ts';
import { Machine } from './machine.ts';
import type { Engine } from './machine.ts';

/** Do not echo this line. */
const QUIET = '\x10';
/** Bytes of a file that a line carries: the interpreter's input queue holds 1,024, and base64 makes 4 of 3. */
const PART = 240;
/**
 * How often it is tried. The input thread of Espruino's Linux port and its main loop share a queue without a lock: now and then
 * a character is lost, or it ends with "ASSERT(len <= 64)".
 */
const ATTEMPTS = 8;

async function attempt(command: readonly string[], files: Readonly<Record<string, string>>): Promise<Buffer> {
    const machine = new Machine(command, undefined, undefined, () => {});
    const tell = (line: string): void => machine.type(QUIET + line);
    try {
        await machine.evaluate('1', tell);
        for (const [name, text] of Object.entries(files)) {
            const bytes = Buffer.from(text);
            for (let at = 0; at < bytes.length; at += PART) {
                // Base64, so that no byte of it means something to the console.
                const part = bytes.subarray(at, at + PART).toString('base64');
                const written = await machine.evaluate(`require("Storage").write(${JSON.stringify(name)},atob("${part}"),${at},${bytes.length})`, tell);
                if (written !== 'true') throw new Error(`Storage did not take ${name}: ${written}`);
            }
            const sum = Number(await machine.evaluate(`E.CRC32(require("Storage").read(${JSON.stringify(name)}))`, tell)) >>> 0;
            if (sum !== crc32(bytes)) throw new Error(`${name} did not arrive whole`);
        }
        return machine.flash();
    } finally {
        await machine.stop();
    }
}

/** The flash of a board to which `files` were uploaded. */
export async function upload(engine: Engine, files: Readonly<Record<string, string>>): Promise<Buffer> {
    const command = await engine.command();
    for (let left = ATTEMPTS; ; left--) {
        try {
            return await attempt(command, files);
        } catch (error) {
            if (left === 1) throw error;
        }
    }
}
