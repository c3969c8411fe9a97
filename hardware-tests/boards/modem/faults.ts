// What may go wrong in a modem and on its line, by name, and the dice that decide. Each name is a fault that was seen in published
// logs and issues, or that a manual allows. In calm nothing goes wrong.
import { Random } from '../../host/simulator/script.ts';

/** What each fault does; its rate in 1,000 occasions, when everything may go wrong. */
export const faultKinds = {
    // Announcements
    'announcement lost': 60,
    'announcement twice': 60,
    'announcement late': 60,
    'announcement of another link': 20,
    'announcement before the echo': 40,
    'announcement before the reply': 40,
    'announcement inside the reply': 30,
    'announcement before the prompt': 60,
    'announcement after the prompt': 60,
    'noise': 30,
    // Sending
    'no prompt': 12,
    'prompt of the other form': 100,
    'acknowledgement late': 30,
    'acknowledgement lost': 12,
    'sent and said to have failed': 12,
    'sent short': 12,
    'refused by a full buffer': 12,
    'closed in the data phase': 8,
    // In each digit of how many bytes a command is about to send
    'digit lost in a send command': 15,
    'digit changed in a send command': 15,
    // Receiving
    'read short': 60,
    'read of nothing': 30,
    // Replies
    'hangs': 6,
    'refuses everything for a while': 3,
    'error by number': 6,
    'slow': 30,
    // Opening
    'open refused': 60,
    'open not answered': 15,
    // The line, of 1,000 chunks
    'byte lost to the modem': 2,
    'byte lost to the host': 2,
    'byte flipped to the host': 1,
    'host is busy': 15,
    // Life, of 1,000 occasions of which one comes every 50 to 4,000 bytes
    'restarts': 120,
    'powers down': 40,
    'bearer lost': 120,
    'registration lost': 60,
    'closed by the peer': 200,
    'closed by the peer behind data': 120,
    'sleeps': 40,
    'junk': 60,
} as const;

export type Fault = keyof typeof faultKinds;

/** Faults that change counted bytes unnoticeably: a UART has no checksum, and nobody could tell. */
export const undetectable: readonly Fault[] = ['byte flipped to the host'];

export class Faults {
    /** How often each happened. */
    readonly counts = new Map<Fault, number>();
    /** Nothing goes wrong from now on. */
    calm = false;
    /** Is told what happens. */
    note: (what: string) => void = () => {};
    private readonly random: Random;
    private readonly rates: Partial<Record<Fault, number>>;

    /** `rates`: in 1,000 occasions; what is not in it does not happen. */
    constructor(seed: number, rates: Partial<Record<Fault, number>>) {
        this.random = new Random(Math.imul(seed, 0x9e3779b1) ^ 0x2545f491);
        this.rates = rates;
    }

    /** Whether it happens on this occasion. */
    happens(fault: Fault): boolean {
        const rate = this.rates[fault];
        if (this.calm || !rate || this.random.bits() % 1000 >= rate) return false;
        this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1);
        this.note(`fault: ${fault}`);
        return true;
    }

    /** A whole number from 0 to `count` - 1. */
    below(count: number): number {
        return this.random.bits() % count;
    }

    /** From `low` to `high`. */
    between(low: number, high: number): number {
        return low + (high - low) * this.random.bits() / 0x100000000;
    }
}

/** Nothing goes wrong; what real modems do in two ways is still decided by `seed`. */
export const noFaults = (seed = 1): Faults => new Faults(seed, {});

/** The faults that have one of `words` in their name, at `factor` times their usual rates; all of them without words. */
export function ratesOf(words: readonly string[], factor = 1): Partial<Record<Fault, number>> {
    const chosen = Object.entries(faultKinds).filter(([name]) => words.length === 0 || words.some(word => name.includes(word)));
    return Object.fromEntries(chosen.map(([name, rate]) => [name, Math.min(1000, rate * factor)]));
}

/** The words in `text`, between commas. Throws if one is in no fault's name: misspelt it would be a run without faults. */
export function wordsOf(text: string): string[] {
    const words = text.split(',').filter(word => word !== '');
    const missing = words.find(word => Object.keys(ratesOf([word])).length === 0);
    if (missing !== undefined) throw new Error(`no fault has '${missing}' in its name; there are ${Object.keys(faultKinds).join(', ')}`);
    return words;
}
