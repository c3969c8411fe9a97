// Bad weather: what happens to the link of one device for a while, drawn from a seed. Afterwards the link is sound again, but for a
// connection that was silenced: its bytes are lost, so that only its ends can give it up.
import type { Random } from '../simulator/script.ts';
import type { Actor } from './actor.ts';

/** Counts by kind of fault. */
export type FaultCounts = Map<string, number>;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const SOUND = { delay: 0, pieces: [], rate: 0, stalled: false, cutAfter: null };

export class Storm {
    private readonly actor: Actor;
    private readonly random: Random;
    private readonly counts: FaultCounts;

    constructor(actor: Actor, random: Random, counts: FaultCounts) {
        this.actor = actor;
        this.random = random;
        this.counts = counts;
    }

    /** Rages until performance.now() is `end`, then heals. */
    async rage(end: number): Promise<void> {
        for (;;) {
            const pause = this.between(100, 1500);
            if (performance.now() + pause > end) break;
            await sleep(pause);
            await this.strike(end);
        }
        await sleep(end - performance.now());
        await this.heal();
    }

    private async strike(end: number): Promise<void> {
        const { proxy, faults, runner } = this.actor;
        const direction = this.between(0, 1) ? 'up' : 'down';
        const how = this.between(0, 1) ? 'fin' : 'rst';
        const connection = proxy.current;
        // What lasts, lasts so long, in ms; but not beyond the storm.
        const lasting = Math.min(this.between(100, 2500), end - performance.now());
        const strikes: [name: string, strike: () => unknown, after?: () => unknown][] = [
            [`cut ${how}`, () => connection?.cut(how)],
            [`cut ${how} at a byte ${direction}`, () => connection?.set({ [direction]: { cutAfter: { bytes: connection[direction].forwarded + this.between(1, 200), how } } })],
            [`stall ${direction}`, () => connection?.set({ [direction]: { stalled: true } }), () => connection?.set({ [direction]: { stalled: false } })],
            [`silence ${direction}`, () => connection?.set({ [direction]: { dropped: true } })],
            ['silence both ways', () => connection?.set({ up: { dropped: true }, down: { dropped: true } })],
            [`delay ${direction}`, () => connection?.set({ [direction]: { delay: this.between(5, 400) } })],
            [`split ${direction}`, () => connection?.set({ [direction]: { pieces: [this.between(1, 7), this.between(1, 40)] } })],
            [`throttle ${direction}`, () => connection?.set({ [direction]: { pieces: [64], rate: this.between(500, 4000) } })],
            ['refuse', () => proxy.refuse(), () => proxy.accept()],
            ['black hole', () => {
                faults.blackHole = true;
                connection?.cut(how);
            }, () => {
                faults.blackHole = false;
            }],
            ['burst', () => runner.burst(this.between(5, 60))],
            ['stop and start', () => runner.restart()],
        ];
        const [name, strike, after] = strikes[this.between(0, strikes.length - 1)];
        this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
        await strike();
        if (after) {
            await sleep(lasting);
            await after();
        }
    }

    private async heal(): Promise<void> {
        const { proxy, faults } = this.actor;
        faults.blackHole = false;
        await proxy.accept();
        proxy.current?.set({ up: SOUND, down: SOUND });
        proxy.forget();
    }

    /** A whole number from `least` to `most`. */
    private between(least: number, most: number): number {
        return least + this.random.bits() % (most - least + 1);
    }
}
