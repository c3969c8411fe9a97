// Flash as boards use it for values with names: pages that are erased as a whole, into which values are written one behind the other. A value
// that is deleted is only marked so; when pages run out, the one with the most dead bytes is copied to a spare one and erased.
// A power cut in that copying is the platform's own matter and is not modelled: cuts fall into the writes of values.
import { PowerCut } from './power.ts';
import type { Power } from './power.ts';

export interface FlashShape {
    /** Bytes of a page, pages (one of which is the spare), bytes that each value takes besides its own, and of what its size is a multiple. */
    readonly pageSize: number;
    readonly pages: number;
    readonly overhead: number;
    readonly granularity: number;
    /** A value is there whole or not at all. Else a power cut leaves one with its size, and erased bytes behind what was written. */
    readonly whole: boolean;
}

interface Entry {
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly size: number;
}

class Page {
    entries: Entry[] = [];
    used = 0;
    erases = 0;
}

export class Flash {
    erases = 0;
    private readonly power: Power;
    private readonly shape: FlashShape;
    private readonly pages: readonly Page[];
    private readonly values = new Map<string, Entry>();

    constructor(power: Power, shape: FlashShape) {
        this.power = power;
        this.shape = shape;
        this.pages = Array.from({ length: shape.pages }, () => new Page());
    }

    names(): string[] {
        return [...this.values.keys()];
    }

    /** A copy. */
    read(name: string): Uint8Array | undefined {
        return this.values.get(name)?.bytes.slice();
    }

    /** Throws if there is no room, or when the power fails. */
    write(name: string, bytes: Uint8Array): void {
        const { overhead, granularity, whole } = this.shape;
        const size = Math.ceil((overhead + bytes.length) / granularity) * granularity;
        this.power.demand();
        const page = this.pageFor(size);
        // The first one stands for what names the value and tells its size.
        const written = this.power.spend(1 + bytes.length) - 1;
        page.used += size;
        if (written === bytes.length || (written >= 0 && !whole)) {
            const content = new Uint8Array(bytes.length).fill(0xff);
            content.set(bytes.subarray(0, written));
            const entry = { name, bytes: content, size };
            page.entries.push(entry);
            this.values.set(name, entry);
        }
        this.power.demand();
    }

    /** Throws when the power fails. */
    delete(name: string): void {
        if (!this.power.spend(1)) throw new PowerCut();
        this.values.delete(name);
    }

    private isLive(entry: Entry): boolean {
        return this.values.get(entry.name) === entry;
    }

    private dead(page: Page): number {
        return page.entries.reduce((rest, entry) => this.isLive(entry) ? rest - entry.size : rest, page.used);
    }

    private pageFor(size: number): Page {
        const { pages, shape: { pageSize } } = this;
        if (size > pageSize) throw new Error('a value larger than a page');
        for (;;) {
            const begun = pages.find(({ used }) => used > 0 && used + size <= pageSize);
            if (begun) return begun;
            const erased = pages.filter(({ used }) => used === 0).sort((one, other) => one.erases - other.erases);
            if (erased.length > 1) return erased[0];
            const victim = [...pages].sort((one, other) => this.dead(other) - this.dead(one))[0];
            if (this.dead(victim) === 0) throw new Error('the flash is full');
            const [spare] = erased;
            spare.entries = victim.entries.filter(entry => this.isLive(entry));
            spare.used = victim.used - this.dead(victim);
            victim.entries = [];
            victim.used = 0;
            victim.erases++;
            this.erases++;
        }
    }
}
