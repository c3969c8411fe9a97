// One run of a seed or of a script: which life it is, and what came of it.
import { actions } from './actions.ts';
import { endsWithin } from './bounded.ts';
import type { Coverage } from './coverage.ts';
import type { EspruinoFile } from './espruino.ts';
import type { Invariant } from './invariants.ts';
import { Script } from './script.ts';
import type { Step } from './script.ts';
import { Simulation } from './simulation.ts';
import { drawSleeperLength, drawSleeperWeights, sleeperActions } from './sleeper/actions.ts';
import { SleepingLife } from './sleeper/life.ts';

/** Real ms after which a run is taken for endless: most take a few, months of sleep take seconds, and machines have other things to do. */
const LONGEST_RUN = 30_000;

export interface Outcome {
    /** Empty if all is well. */
    readonly violation: string;
    readonly broken: Invariant | '';
    readonly steps: readonly Step[];
    readonly coverage: Coverage;
    /** Virtual ms. */
    readonly time: number;
}

/** What a script's first step says of the life that it is. */
const LIVES = { awake: -1, asleep: -2 } as const;
/** One seed in so many is the life of a node that sleeps. */
const SLEEPERS = 4;

/** The names of a script's steps. */
export function stepNames(steps: readonly Step[]): string[] {
    const rows = steps[0]?.action === LIVES.asleep ? sleeperActions : actions;
    return steps.map(({ action }) => action < 0 ? 'settings' : rows[action].name);
}

/** The run of `seed`: a new one, or `given` replayed. `write` gets the trace. `limit`: real ms after which it is taken for endless. `file`: the client's, if it is one made for Espruino. */
export function simulate(seed: number, given: readonly Step[] | null = null, write: ((line: string) => void) | null = null, limit = LONGEST_RUN, file: EspruinoFile | null = null): Outcome {
    const script = new Script(seed, given);
    const asleep = given ? given[0]?.action === LIVES.asleep : !file && seed % SLEEPERS === 0;
    script.beginSetup(asleep ? LIVES.asleep : LIVES.awake);
    const simulation = asleep ? new SleepingLife(script, write) : new Simulation(script, write, file);
    // Each run leaves out a good part of what can happen, so that the rest happens together more often.
    const drawWeight = ({ always }: { readonly always: boolean }): number => always || script.draw(100) < 60 ? 1 + script.draw(3) : 0;
    const swarm = asleep ? drawSleeperWeights(script, drawWeight) : actions.map(drawWeight);
    const length = given ? Infinity : asleep ? drawSleeperLength(script) : 60 + script.draw(240);
    const { judge } = simulation;
    if (!endsWithin(limit, () => simulation.run(length, swarm))) judge.fail('return', `a call in '${simulation.event}' does not return`);
    simulation.countMessages();
    const { violation, broken, coverage, time } = judge;
    return { violation, broken, steps: script.steps, coverage, time };
}
