// `require('Storage')` of the model: named files in a flash that can be full, and that is a file of the working folder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A file of the working folder, or where the variable says: threads of one process have one folder, and their own variables. */
const FLASH = process.env['ESPRUINO_FLASH'] ?? 'espruino.flash';
/** Bytes of it. */
const SIZE = 65536;
/** What each file takes beside its bytes. */
const HEADER = 32;

export class Storage {
    private readonly files: Map<string, Buffer>;

    constructor() {
        const held = existsSync(FLASH) ? JSON.parse(readFileSync(FLASH, 'utf8')) as [string, string][] : [];
        this.files = new Map(held.map(([name, bytes]) => [name, Buffer.from(bytes, 'base64')]));
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
            bytes.copy(held, offset);
            this.save();
            return true;
        }
        if (offset > 0) throw new Error('Unable to find or create file');
        if (this.getFree() + (this.files.has(name) ? (this.files.get(name) as Buffer).length + HEADER : 0) < wanted + HEADER) throw new Error('Unable to find or create file');
        const file = Buffer.alloc(wanted, 0xff);
        bytes.copy(file);
        this.files.set(name, file);
        this.save();
        return true;
    }

    erase(name: string): void {
        this.files.delete(name);
        this.save();
    }

    list(expression?: RegExp): string[] {
        return [...this.files.keys()].filter((name) => !expression || expression.test(name)).sort();
    }

    getFree(): number {
        return SIZE - [...this.files.values()].reduce((sum, bytes) => sum + bytes.length + HEADER, 0);
    }

    private save(): void {
        writeFileSync(FLASH, JSON.stringify([...this.files].map(([name, bytes]) => [name, bytes.toString('base64')])));
    }
}
