// `require('Storage')` of the model: named files in a flash that can be full, and that is a file of the working folder.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * A file of the working folder, or where the variable says: threads of one process have one folder, and their own variables. It grows by a line for
 * each change, `[name, bytes of the file, offset, base64]`, or `[name]` for one that is erased: a program writes its files in hundreds of pieces.
 */
const FLASH = process.env['ESPRUINO_FLASH'] ?? 'espruino.flash';
/** Bytes of it. */
const SIZE = 65536;
/** What each file takes beside its bytes. */
const HEADER = 32;

export class Storage {
    private readonly files = new Map<string, Buffer>();

    constructor() {
        const lines = existsSync(FLASH) ? readFileSync(FLASH, 'utf8').split('\n').filter(Boolean) : [];
        for (const line of lines) {
            const [name, size, offset, bytes] = JSON.parse(line) as [string, number?, number?, string?];
            if (bytes === undefined) this.files.delete(name);
            else this.put(name, size!, offset!, Buffer.from(bytes, 'base64'));
        }
    }

    read(name: string, offset = 0, length?: number): string | undefined {
        const bytes = this.files.get(name);
        return bytes?.subarray(offset, length === undefined ? undefined : offset + length).toString('latin1');
    }

    write(name: string, data: string | Uint8Array, offset = 0, size = 0): boolean {
        const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data);
        if (name.length > 28) throw new Error(`${name} is longer than 28 characters`);
        const wanted = size || bytes.length;
        if (wanted === 0) throw new Error("Can't create zero length file");
        const held = this.files.get(name);
        // Memory that is written can only be erased: the same bytes once more are refused, too.
        const erased = (from: number, to: number): boolean => held!.subarray(from, to).every(byte => byte === 0xff);
        if (held && (offset > 0 || (held.length === wanted && erased(0, wanted)))) {
            if (offset + bytes.length > held.length) throw new Error('Too much data for file size');
            if (!erased(offset, offset + bytes.length)) throw new Error('File already written with different data');
            this.keep(name, held.length, offset, bytes);
            return true;
        }
        if (offset > 0) throw new Error('Unable to find or create file');
        if (this.getFree() + (held ? held.length + HEADER : 0) < wanted + HEADER) throw new Error('Unable to find or create file');
        if (held) this.erase(name);
        this.keep(name, wanted, 0, bytes);
        return true;
    }

    erase(name: string): void {
        this.files.delete(name);
        note(name);
    }

    list(expression?: RegExp): string[] {
        return [...this.files.keys()].filter((name) => !expression || expression.test(name)).sort();
    }

    getFree(): number {
        return SIZE - [...this.files.values()].reduce((sum, bytes) => sum + bytes.length + HEADER, 0);
    }

    private keep(name: string, size: number, offset: number, bytes: Buffer): void {
        this.put(name, size, offset, bytes);
        note(name, size, offset, bytes.toString('base64'));
    }

    /** A file of another size, or none, gives way to a new one. */
    private put(name: string, size: number, offset: number, bytes: Buffer): void {
        const held = this.files.get(name);
        const file = held?.length === size ? held : Buffer.alloc(size, 0xff);
        bytes.copy(file, offset);
        this.files.set(name, file);
    }
}

function note(...change: readonly (string | number)[]): void {
    appendFileSync(FLASH, `${JSON.stringify(change)}\n`);
}
