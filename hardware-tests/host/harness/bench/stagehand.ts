// What a board's test may ask of the host, by name: faults of its link, its power.
import type { Stage } from '../../stage.ts';
import type { FlowFaults } from '../../fault-flow.ts';
import type { ProxyConnection } from '../../fault-proxy.ts';

/** The answer to what this bench cannot do. */
export const UNABLE = 'unable';
/** Ms for which connections are refused. */
const REFUSED = 200;

/** Bytes that still pass before a cut. */
const cutAfter = (forwarded: number, more: number): FlowFaults => ({ cutAfter: { bytes: forwarded + more, how: 'rst' } });

/** The connection of a board that asks for a fault of it. */
function linkOf({ proxy: { current } }: Stage): ProxyConnection {
    if (!current || current.ended) throw new Error('the board is not connected');
    return current;
}

const commands: Readonly<Record<string, (stage: Stage) => void | Promise<void>>> = {
    'cut fin': stage => linkOf(stage).cut('fin'),
    'cut rst': stage => linkOf(stage).cut('rst'),
    'cut inside': (stage) => {
        const link = linkOf(stage);
        // Within the next packet of the board.
        link.set({ up: cutAfter(link.up.forwarded, 5) });
    },
    'cut before': (stage) => {
        const link = linkOf(stage);
        // Within the next answer of the broker, which has taken what the board sent.
        link.set({ down: cutAfter(link.down.forwarded, 1) });
    },
    'drop': stage => linkOf(stage).set({ up: { dropped: true }, down: { dropped: true } }),
    'stall': stage => linkOf(stage).set({ up: { stalled: true }, down: { stalled: true } }),
    'delay': stage => linkOf(stage).set({ up: { delay: 50 }, down: { delay: 50 } }),
    'split': stage => linkOf(stage).set({ up: { delay: 0, pieces: [1] }, down: { delay: 0, pieces: [1] } }),
    'refuse': (stage) => {
        const link = linkOf(stage);
        stage.proxy.refuse();
        link.cut('rst');
        // Where the port is somebody else's by then the board finds nobody, and its test fails.
        setTimeout(() => void stage.proxy.accept().catch(() => {}), REFUSED);
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
