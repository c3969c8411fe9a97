// A disk with files, as far as a power cut shows them: what was not synced may be there afterwards, missing, or zeros; a file that was made or
// renamed may have its old name unless its folder was synced.
import type { Disk } from '../../../../targets/node/index.ts';
import type { Power } from './power.ts';

interface File {
    content: Uint8Array;
    /** What a sync has made sure of. */
    synced: Uint8Array;
}

const NOTHING = new Uint8Array(0);

export class SimulatedDisk implements Disk {
    /** Files written anew. */
    rewrites = 0;
    private names = new Map<string, File>();
    private syncedNames = new Map<string, File>();
    /** By number; null: the folder. */
    private readonly opened: (File | null)[] = [];
    private readonly power: Power;

    constructor(power: Power) {
        this.power = power;
    }

    open(path: string, flags: string): number {
        this.power.demand();
        let file = flags === 'r' ? null : this.names.get(path);
        if (file === undefined) {
            if (flags === 'r+') throw Object.assign(new Error(`no file ${path}`), { code: 'ENOENT' });
            this.power.spend(1);
            this.power.demand();
            this.names.set(path, file = { content: NOTHING, synced: NOTHING });
        } else if (flags === 'w+') file!.content = NOTHING;
        return this.opened.push(file) - 1;
    }

    size(file: number): number {
        return this.opened[file]!.content.length;
    }

    read(file: number, bytes: Uint8Array, start: number, length: number, position: number): number {
        const piece = this.opened[file]!.content.subarray(position, position + length);
        bytes.set(piece, start);
        return piece.length;
    }

    write(file: number, bytes: Uint8Array, start: number, length: number, position: number): number {
        const written = this.power.spend(length);
        const former = this.opened[file]!.content;
        const content = new Uint8Array(Math.max(former.length, position + written));
        content.set(former);
        content.set(bytes.subarray(start, start + written), position);
        this.opened[file]!.content = content;
        this.power.demand();
        return written;
    }

    truncate(file: number, length: number): void {
        this.power.spend(1);
        this.power.demand();
        this.opened[file]!.content = this.opened[file]!.content.slice(0, length);
    }

    sync(file: number): void {
        this.power.spend(1);
        this.power.demand();
        const opened = this.opened[file];
        if (opened) opened.synced = opened.content;
        else this.syncedNames = new Map(this.names);
    }

    close(file: number): void {
        this.opened[file] = null;
    }

    rename(from: string, to: string): void {
        this.power.spend(1);
        this.power.demand();
        this.rewrites++;
        this.names.set(to, this.names.get(from)!);
        this.names.delete(from);
    }

    /** Of all files together, in bytes. */
    get used(): number {
        return [...this.names.values()].reduce((sum, { content }) => sum + content.length, 0);
    }

    /** The power is gone. `choose`: a number below that which it is given; 0: everything is on the disk. */
    powerCut(choose: (count: number) => number): void {
        if (choose(2)) this.names = new Map(this.syncedNames);
        for (const file of this.names.values()) {
            const { content, synced } = file;
            const left = choose(3);
            if (left === 1) file.content = synced;
            // Its length is on the disk; of its bytes some are, and zeros behind them.
            const there = synced.length + (left === 2 && content.length > synced.length ? choose(content.length - synced.length) : 0);
            if (left === 2) file.content = content.map((byte, index) => index < there ? byte : 0);
            file.synced = file.content;
        }
        this.syncedNames = new Map(this.names);
        this.opened.length = 0;
    }
}
