// A board's small values with names as far as a power cut shows them: writing costs a unit of `power` for each byte, deleting one,
// and when it is used up, what was under way is left as an ESP8266 leaves it: the value has its length, and behind what was written
// the bytes of erased flash. An ESP32 (`whole`) leaves nothing of it.
import type { Values } from '../record-store.ts';

export class PowerCut extends Error {}

export class Flash implements Values {
    readonly content = new Map<string, Uint8Array>();
    power = Infinity;
    /** The next so many calls that change something throw and change nothing. */
    failures = 0;
    private readonly valueSize: number;
    private readonly capacity: number;
    private readonly whole: boolean;

    constructor(valueSize: number, capacity: number, whole: boolean) {
        this.valueSize = valueSize;
        this.capacity = capacity;
        this.whole = whole;
    }

    get used(): number {
        return [...this.content.values()].reduce((sum, { length }) => sum + length, 0);
    }

    names(): string[] {
        // Not in the order in which they were written.
        return [...this.content.keys()].sort((first, second) => first < second ? 1 : -1);
    }

    read(name: string): ArrayBuffer | undefined {
        const value = this.content.get(name);
        return value && new Uint8Array(value).buffer;
    }

    write(name: string, value: ArrayBuffer): void {
        if (this.failures-- > 0) throw new Error('write failed');
        if (value.byteLength > this.valueSize || this.used + value.byteLength > this.capacity) throw new Error('write failed');
        const torn = new Uint8Array(value.byteLength).fill(0xff);
        const written = Math.min(this.power, torn.length);
        torn.set(new Uint8Array(value, 0, written));
        this.power -= written;
        const cut = written < torn.length;
        if (!cut || (written > 0 && !this.whole)) this.content.set(name, torn);
        if (cut) throw new PowerCut('the power is cut');
    }

    delete(name: string): void {
        if (this.failures-- > 0) throw new Error('delete failed');
        if (this.power < 1) throw new PowerCut('the power is cut');
        this.power--;
        this.content.delete(name);
    }
}
