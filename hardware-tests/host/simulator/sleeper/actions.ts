// Everything that can happen next in the life of a node that sleeps. Rows are only ever appended: recorded scripts name them by their place.
import { clockRows, networkRows } from '../network-actions.ts';
import type { Action, Row } from '../network-actions.ts';
import type { Script } from '../script.ts';
import type { SleepingLife } from './life.ts';
import { LONGEST_READING } from './settings.ts';

/** Messages that the broker keeps for a node that sleeps, at most or thereabouts: brokers have such bounds, too. */
const MOST_QUEUED = 40;

const rows: readonly Row<SleepingLife>[] = [
    ...clockRows,
    ...networkRows.map(([name, weight, always, possible, act]): Row<SleepingLife> => [
        name, weight, always, life => possible(life) && !(name.startsWith('broker publishes') && (life.broker.session?.outgoing.length ?? 0) > MOST_QUEUED), act,
    ]),
    ['the board wakes', 120, true, ({ asleep }) => asleep, life => {
        const { script, settings } = life;
        life.wakeUp(script.below(3), script.chance(4), script.chance(20) ? script.below(settings.interval / 10) : 0);
    }],
    ['a reading', 2, true, ({ asleep }) => !asleep, ({ node, script }) => node.add(script.below(LONGEST_READING))],
    ['an alarm', 1, false, ({ asleep }) => !asleep, ({ node, schedule }) => {
        schedule.alarm();
        node.cycle.wake(true);
    }],
    ['power cut', 1, false, ({ settings }) => settings.powerCuts, life => life.powerCut()],
    ['the power is about to fail in a write', 2, false, ({ settings, power }) => settings.powerCuts && power.left === Infinity, ({ power, script }) => {
        power.left = script.below(script.oneOf([40, 200, 10]));
    }],
    ['the broker cannot be reached', 1, false, ({ outage }) => outage === 0, life => {
        life.judge.fault('outage');
        life.outage = 1 + life.script.below(life.script.oneOf([5, 40]));
    }],
];

/** What goes on when nothing goes wrong. */
const PROGRESS: ReadonlySet<string> = new Set(['turn', 'link opens', 'bytes go up', 'bytes come down', 'link drains', 'client learns of the cut', 'CONNACK after a while', 'the board wakes']);

export const sleeperActions: readonly Action<SleepingLife>[] = rows.map(([name, weight, always, possible, act]) => ({ name, weight, always, possible, act }));

/** In most lives what goes on goes on mostly. */
export function drawSleeperWeights(script: Script, drawWeight: (action: Action<SleepingLife>) => number): number[] {
    const ease = 8 ** script.draw(3);
    return sleeperActions.map(action => drawWeight(action) * (PROGRESS.has(action.name) ? ease : 1));
}

/** Steps of a life. One in fifty lasts for months. */
export function drawSleeperLength(script: Script): number {
    return 200 + script.draw(script.draw(50) ? 1500 : 40_000);
}
