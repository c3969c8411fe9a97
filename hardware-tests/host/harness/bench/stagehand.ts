// What a board's test may ask of the host, by name: faults of its link, its power.
import type { Stage } from '../../stage.ts';
import type { FlowFaults } from '../../fault-flow.ts';

/** The answer to what this bench cannot do. */
export const UNABLE = 'unable';
/** Ms for which connections are refused. */
const REFUSED = 200;

/** Bytes that still pass before a cut. */
const cutAfter = (forwarded: number, more: number): FlowFaults => ({ cutAfter: { bytes: forwarded + more, how: 'rst' } });

const commands: Readonly<Record<string, (stage: Stage) => void | Promise<void>>> = {
    'cut fin': stage => stage.cut('fin'),
    'cut rst': stage => stage.cut('rst'),
    // Within the next packet of the board.
    'cut inside': ({ proxy: { current } }) => current?.set({ up: cutAfter(current.up.forwarded, 5) }),
    // Within the next answer of the broker, which has taken what the board sent.
    'cut before': ({ proxy: { current } }) => current?.set({ down: cutAfter(current.down.forwarded, 1) }),
    'drop': ({ proxy: { current } }) => current?.set({ up: { dropped: true }, down: { dropped: true } }),
    'stall': ({ proxy: { current } }) => current?.set({ up: { stalled: true }, down: { stalled: true } }),
    'delay': ({ proxy: { current } }) => current?.set({ up: { delay: 50 }, down: { delay: 50 } }),
    'split': ({ proxy: { current } }) => current?.set({ up: { delay: 0, pieces: [1] }, down: { delay: 0, pieces: [1] } }),
    'refuse': (stage) => {
        stage.proxy.refuse();
        stage.cut('rst');
        setTimeout(() => void stage.proxy.accept(), REFUSED);
    },
    // What it finds when it wakes.
    'sleep': stage => stage.publish('orders', 'while asleep'),
};

/** Does what `command` says. `powerCycle`: null where the bench cannot. Returns the answer for the board. */
export async function perform(stage: Stage, command: string, powerCycle: (() => Promise<void>) | null): Promise<string> {
    if (command === 'power') {
        if (!powerCycle) return UNABLE;
        await powerCycle();
        return 'done';
    }
    if (!Object.hasOwn(commands, command)) throw new Error('there is no such command');
    await commands[command](stage);
    return 'done';
}
