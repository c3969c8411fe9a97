// The loop: takes a known input, changes it, runs it, and keeps it if the code under test did what it had not done before.
// The same seed, corpus and code always make the same runs. An input that breaks the target's rules is made short and kept apart.
import { Random } from '../simulator/script.ts';
import type { Bundle } from './instrument.ts';
import { mutate } from './mutate.ts';
import type { Material } from './mutate.ts';
import { shorten } from './shorten.ts';
import { fromHex } from './target.ts';
import type { Target } from './target.ts';

/** An input that is kept, because it showed something that none before it had shown. */
export interface Entry {
    readonly bytes: Uint8Array;
    readonly why: string;
}

export interface Violation {
    readonly message: string;
    /** The shortest input that was found to do it. */
    readonly input: Uint8Array;
    /** The run that found it, from 1. */
    readonly run: number;
}

/** Runs for making one input shorter: one that is only to be kept, and one that breaks a rule. */
const ATTEMPTS_TO_KEEP = 60;
const ATTEMPTS_ON_VIOLATION = 3000;
/** Every other parent is one of so many that were kept last: they have had the least attention. */
const NEWEST = 32;

/** Violations that differ in numbers and bytes only are the same bug. */
function kindOf(message: string): string {
    return message.split('\n')[0].replace(/\b[0-9a-f]{4,}\b|\d+/g, 'N').slice(0, 80);
}

export class Fuzzer {
    runs = 0;
    readonly corpus: Entry[] = [];
    readonly violations: Violation[] = [];
    private readonly seen = new Set<number>();
    private readonly passages = new Set<number>();
    private readonly entered = new Set<number>([0]);
    private readonly kinds = new Set<string>();
    private readonly random: Random;
    private readonly material: Material;

    constructor(private readonly target: Target, private readonly bundle: Bundle, seed: number) {
        this.random = new Random(seed);
        this.material = {
            dictionary: target.dictionary.map(fromHex), longest: target.longest,
            other: () => this.corpus[this.random.bits() % this.corpus.length].bytes,
        };
    }

    /** Edges (passages between blocks) that were taken. */
    get edges(): number {
        return this.passages.size;
    }

    /** Numbers of the blocks of code that were entered. */
    get blocks(): ReadonlySet<number> {
        return this.entered;
    }

    /** Runs a known input; it stays in the corpus only if it shows something new. Returns whether it does. */
    load({ bytes, why }: Entry): boolean {
        const fresh = this.attempt(bytes);
        if (fresh.length > 0) this.keep(bytes, why, fresh);
        return fresh.length > 0;
    }

    /** Makes one new input and runs it. */
    step(): void {
        const { corpus, random, bundle } = this;
        const newest = Math.min(NEWEST, corpus.length);
        const place = random.bits() % 2 ? corpus.length - 1 - random.bits() % newest : random.bits() % corpus.length;
        const input = mutate(corpus[place].bytes, random, this.material);
        const fresh = this.attempt(input);
        if (fresh.length === 0) return;
        const short = shorten(input, candidate => this.isClean(candidate) && this.shows(fresh), ATTEMPTS_TO_KEEP);
        const { within } = bundle.blocks[bundle.counters.blockOf(fresh[0])];
        this.keep(short, this.entered.has(bundle.counters.blockOf(fresh[0])) ? `another way through ${within}` : `first in ${within}`, fresh);
    }

    /** Runs `input`; what it shows for the first time, nothing if it breaks a rule. */
    private attempt(input: Uint8Array): number[] {
        this.runs++;
        const message = this.violationOf(input);
        if (message === '') return this.bundle.counters.features().filter(feature => !this.seen.has(feature));
        const kind = kindOf(message);
        if (!this.kinds.has(kind)) {
            this.kinds.add(kind);
            const short = shorten(input, candidate => kindOf(this.violationOf(candidate)) === kind, ATTEMPTS_ON_VIOLATION);
            this.violations.push({ message: this.violationOf(short), input: short, run: this.runs });
        }
        return [];
    }

    /** What is wrong with a run of `input`; empty if nothing is. */
    violationOf(input: Uint8Array): string {
        this.bundle.counters.begin();
        try {
            this.target.run(input);
        } catch (error) {
            // The rules of targets throw plain Errors.
            if (!(error instanceof Error)) return `thrown: ${String(error)}`;
            return error.constructor === Error ? error.message : `${error.constructor.name}: ${error.message}`;
        }
        return '';
    }

    private isClean(input: Uint8Array): boolean {
        return this.violationOf(input) === '';
    }

    /** Does the last run show all of `wanted`? */
    private shows(wanted: readonly number[]): boolean {
        const shown = new Set(this.bundle.counters.features());
        return wanted.every(feature => shown.has(feature));
    }

    private keep(bytes: Uint8Array, why: string, fresh: readonly number[]): void {
        const { counters } = this.bundle;
        this.corpus.push({ bytes, why });
        for (const feature of fresh) {
            this.seen.add(feature);
            this.passages.add(counters.passageOf(feature));
            this.entered.add(counters.blockOf(feature));
        }
    }
}
