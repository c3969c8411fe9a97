// Puts files into the Storage of a board of the tests, and hands out its flash. Not as `motemq upload` does, which types into a console and trusts
// no byte of it (host/harness/espruino): over the socket by which tests talk with their boards, where nothing gets lost (board.ts).
import { bootEspruino } from './board.ts';
import { crc32 } from './crc32.ts';
import type { Engine } from './machine.ts';

/** Bytes of a file that a line carries: an interpreter may have the memory of an ESP8266. */
const PART = 384;

/** The flash of a board to which `files` were uploaded. */
export async function upload(engine: Engine, files: Readonly<Record<string, string>>): Promise<Buffer> {
    const board = await bootEspruino(engine);
    try {
        for (const [name, text] of Object.entries(files)) {
            const bytes = Buffer.from(text);
            for (let at = 0; at < bytes.length; at += PART) {
                const part = bytes.subarray(at, at + PART).toString('base64');
                const written = await board.evaluate(`require("Storage").write(${JSON.stringify(name)},atob("${part}"),${at},${bytes.length})`);
                if (written !== 'true') throw new Error(`Storage did not take ${name}: ${written}`);
            }
            const sum = Number(await board.evaluate(`E.CRC32(require("Storage").read(${JSON.stringify(name)}))`)) >>> 0;
            if (sum !== crc32(bytes)) throw new Error(`${name} did not arrive whole`);
        }
        return board.flash();
    } finally {
        await board.stop();
    }
}
