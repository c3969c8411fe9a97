// One run of a seed or of a script: which life it is, and what came of it.
import { actions } from './actions.ts';
import { endsWithin } from './bounded.ts';
import type { Coverage } from './coverage.ts';
import type { Invariant } from './invariants.ts';
import { Script } from './script.ts';
import type { Step } from './script.ts';
import { Simulation } from './simulation.ts';

/** Real ms after which a run that takes a few is taken for endless; much more, for a machine that has other things to do. */
const LONGEST_RUN = 5000;

export interface Outcome {
    /** Empty if all is well. */
    readonly violation: string;
    readonly broken: Invariant | '';
    readonly steps: readonly Step[];
    readonly coverage: Coverage;
    /** Virtual ms. */
    readonly time: number;
}

/** The run of `seed`: a new one, or `given` replayed. `write` gets the trace. `limit`: real ms after which it is taken for endless. */
export function simulate(seed: number, given: readonly Step[] | null = null, write: ((line: string) => void) | null = null, limit = LONGEST_RUN): Outcome {
    const script = new Script(seed, given);
    script.beginSetup();
    const simulation = new Simulation(script, write);
    // Each run leaves out a good part of what can happen, so that the rest happens together more often.
    const swarm = actions.map(action => action.always || script.draw(100) < 60 ? 1 + script.draw(3) : 0);
    const length = given ? Infinity : 60 + script.draw(240);
    const { judge } = simulation;
    if (!endsWithin(limit, () => simulation.run(length, swarm))) judge.fail('return', `a call in '${simulation.event}' does not return`);
    simulation.countMessages();
    const { violation, broken, coverage, time } = judge;
    return { violation, broken, steps: script.steps, coverage, time };
}
