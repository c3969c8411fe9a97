// The decisions of one run: where everything that could have gone otherwise is decided, recorded and replayed. Knows nothing of MQTT.
// A run is a list of steps; a step is an action and the choices made while it happened. A choice of 0 is the harmless one,
// so that what shrinking leaves out or sets to 0 is a fault less.

export interface Step {
    /** Which action; below 0 the set-up of the run, which tells its kind. */
    readonly action: number;
    readonly choices: number[];
}

/** Small generator of 32 random bits (mulberry32), so that a seed means the same on every machine and for all time. */
export class Random {
    private state: number;

    constructor(seed: number) {
        this.state = seed | 0;
    }

    bits(): number {
        this.state = (this.state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
        return (mixed ^ (mixed >>> 14)) >>> 0;
    }
}

export class Script {
    /** What was decided so far. */
    readonly steps: Step[] = [];
    /** True: every choice is the harmless one, and none is recorded. */
    calm = false;
    private readonly random: Random;
    private readonly given: readonly Step[] | null;
    private choices: number[] = [];
    private source: readonly number[] = [];

    /** `given`: the steps to replay; null: new ones are drawn from `seed`. */
    constructor(seed: number, given: readonly Step[] | null) {
        this.random = new Random(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
        this.given = given;
    }

    /** Begins the next step and returns its action, or -1 if a replayed script is over. `draw` chooses among weights in a new one. */
    begin(draw: () => readonly number[]): number {
        const place = this.steps.length;
        const action = this.given ? this.given[place]?.action ?? -1 : this.weighted(draw());
        this.open(action);
        return action;
    }

    /** Begins the step that holds the choices of the set-up of a run of this `kind`, a number below 0. */
    beginSetup(kind: number): void {
        this.open(kind);
    }

    /** A random number below `count` that is no decision of the run: it matters to how new scripts are made, not to what they mean. */
    draw(count: number): number {
        return this.random.bits() % count;
    }

    /** A number from 0 to `count` - 1. */
    below(count: number): number {
        if (this.calm || count < 2) return 0;
        const choice = this.given ? (this.source[this.choices.length] ?? 0) % count : this.random.bits() % count;
        this.choices.push(choice);
        return choice;
    }

    /** True in `percent` of 100 cases; the harmless answer is false. */
    chance(percent: number): boolean {
        return this.below(100) >= 100 - percent;
    }

    /** One of `options`; the first is the harmless one. */
    oneOf<Option>(options: readonly Option[]): Option {
        return options[this.below(options.length)];
    }

    private open(action: number): void {
        this.source = this.given?.[this.steps.length]?.choices ?? [];
        this.choices = [];
        this.steps.push({ action, choices: this.choices });
    }

    private weighted(weights: readonly number[]): number {
        const sum = weights.reduce((total, weight) => total + weight, 0);
        let place = sum > 0 ? this.random.bits() % sum : 0;
        let index = 0;
        while (place >= weights[index]) place -= weights[index++];
        return index;
    }
}
