// Everything that can happen next in a run: a table of which the script picks a row. Rows are only ever appended: recorded
// scripts name them by their place.
import { STOPPED } from '../../../src/index.ts';
import { SIZES, clockRows, networkRows } from './network-actions.ts';
import type { Action, Row } from './network-actions.ts';
import type { Simulation } from './simulation.ts';
import { TOPICS } from './topics.ts';

const rows: readonly Row<Simulation>[] = [
    ...clockRows,
    ['publish', 14, true, () => true, ({ application, script }) => application.publish(script.below(3) ? 1 : 0, script.oneOf(SIZES))],
    ['publish several', 5, false, () => true, ({ application, script }) => {
        for (let left = 2 + script.below(8); left > 0; left--) application.publish(script.below(2), script.below(30));
    }],
    ['subscribe', 3, false, () => true, ({ application, script }) => application.subscribe(script.below(4))],
    ['unsubscribe', 2, false, () => true, ({ application, script }) => application.unsubscribe(script.below(4))],
    ['stop', 1, false, ({ client }) => client.state !== STOPPED, ({ application }) => application.stop()],
    ['start', 20, true, ({ client }) => client.state === STOPPED, ({ application }) => application.start()],
    ...networkRows,
    ['identifiers go round', 1, true, ({ application, settings }) => settings.identifiersGoRound && settings.answerFaults === 0 && application.pending.size > 0, ({ application, judge, script }) => {
        judge.fault('identifiers go round');
        application.goRound();
        for (let left = 1 + script.below(8); left > 0; left--) application.publish(1, 4);
    }],
    ['change of mind', 4, false, () => true, ({ application, script }) => {
        const index = script.below(4);
        const first = script.below(2);
        if (first) application.unsubscribe(index);
        application.subscribe(index);
        if (!first) application.unsubscribe(index);
    }],
    ['broker gets a message to retain', 3, false, () => true, ({ broker, script }) => broker.publish(script.oneOf(TOPICS), script.below(3) ? 1 : 0, script.oneOf(SIZES), true)],
    ['power cut', 1, true, ({ settings }) => settings.powerCuts, simulation => {
        const wanted = [...simulation.application.wanted];
        simulation.powerCut();
        // An application subscribes when it starts, in most cases.
        if (!simulation.script.chance(30)) for (const index of wanted) simulation.application.subscribe(index);
    }],
];

export const actions: readonly Action<Simulation>[] = rows.map(([name, weight, always, possible, act]) => ({ name, weight, always, possible, act }));
