// `require('Storage')` of the model: named files in a flash that can be full, and that is a file of the working folder.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FLASH = 'espruino.flash';
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
        if (offset > 0) {
            const file = this.files.get(name);
            if (!file || offset + bytes.length > file.length) throw new Error('Too much data for file size');
            bytes.copy(file, offset);
            this.save();
            return true;
        }
        const wanted = size || bytes.length;
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
