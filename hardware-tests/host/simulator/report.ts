// What many runs have met, as tables for people, and what they should have met but did not.
import { table } from '../../../scripts/table.ts';
import type { Coverage } from './coverage.ts';
import { CALLBACKS, DEEDS } from './deeds.ts';
import { memories } from './sleeper/memories.ts';
import { BUFFER_NAMES, STATE_NAMES, TRANSPORT_NAMES, impossible } from './states.ts';

const states = Object.values(STATE_NAMES);
const deeds = DEEDS.map(([name]) => name);

function isImpossible(state: string, buffer: string, transport: string): boolean {
    return impossible.some(({ applies }) => applies(state, buffer, transport));
}

/** Each fault: how often, and where it met the client. */
function faultTable({ faults, meetings }: Coverage): string {
    const rows = [...faults].sort(([one], [other]) => one < other ? -1 : 1).map(([fault, times]) => {
        const met = [...meetings.keys()].map(each => each.split(' | ')).filter(([name]) => name === fault);
        return [fault, String(times), ...states.map(state => String(met.filter(([, each]) => each === state).length))];
    });
    return table([['fault', 'times', ...states], ...rows]);
}

function deedTable(coverage: Coverage): string {
    return table([['in callback', ...deeds], ...CALLBACKS.map(callback => [callback, ...deeds.map(deed => String(coverage.deeds.get(`${callback} | ${deed}`) ?? 0))])]);
}

function stateTable(coverage: Coverage): string {
    const rows = states.flatMap(state => TRANSPORT_NAMES.map(transport => [state, transport, ...BUFFER_NAMES.map(buffer =>
        isImpossible(state, buffer, transport) ? '-' : String(coverage.states.get(`${state} | ${buffer} | ${transport}`) ?? 0))]));
    return table([['state', 'transport', ...BUFFER_NAMES], ...rows.filter(row => row.some((cell, column) => column > 1 && cell !== '-'))], [1]);
}

/** What nodes that sleep have cost their memories. */
function wearTable({ wear }: Coverage): string {
    const of = (name: string, what: string): number => wear.get(`${name} | ${what}`) ?? 0;
    const rows = memories.map(({ name }) => {
        const figures = ['lives', 'wakes', 'messages', 'erases'].map(what => of(name, what));
        return [name, ...figures.map(String), figures[1] ? (1000 * figures[3] / figures[1]).toFixed(1) : '-'];
    });
    return table([['messages and image in', 'lives', 'wakes', 'messages', 'erases', 'in 1,000 wakes'], ...rows]);
}

/** Deeds and states that can happen and did not. `ofSource`: the client is that of src; one made for Espruino has no window, keeps packets whole and passes some states at once. */
export function gaps(coverage: Coverage, ofSource: boolean): string[] {
    const missing = CALLBACKS.flatMap(callback => deeds.map(deed => `${callback} | ${deed}`)).filter(each => !coverage.deeds.has(each));
    if (!ofSource) return missing;
    for (const state of states) {
        for (const buffer of BUFFER_NAMES) {
            for (const transport of TRANSPORT_NAMES) {
                const name = `${state} | ${buffer} | ${transport}`;
                if (!isImpossible(state, buffer, transport) && !coverage.states.has(name)) missing.push(name);
            }
        }
    }
    return missing;
}

/** All of it, ready to print. `ofSource`: as for `gaps`. */
export function coverageReport(coverage: Coverage, ofSource: boolean): string {
    const { faults, meetings, messages, sleeps } = coverage;
    const all = states.length * BUFFER_NAMES.length * TRANSPORT_NAMES.length;
    const missing = gaps(coverage, ofSource);
    return [
        faultTable(coverage),
        `Below a state: in how many of ${BUFFER_NAMES.length} situations of the send buffer the fault met it (${BUFFER_NAMES.join(', ')}).`,
        '', deedTable(coverage),
        '', stateTable(coverage),
        '-: impossible, and a violation if it is reached:',
        ...impossible.map(({ why }) => `   ${why}`),
        '', ...[...messages].map(([what, times]) => `messages ${what}: ${times}`),
        ...sleeps.size > 0 ? [
            '', wearTable(coverage),
            'Lives with pages of 4,096 bytes. Erases: of such pages; of files: written anew.',
            `nodes that sleep: ${[...sleeps].map(([what, times]) => `${times.toFixed(0)} ${what}`).join(', ')}`,
        ] : [''],
        `${faults.size} kinds of fault, ${meetings.size} meetings of a fault with a state of client and buffer, `
        + `${coverage.deeds.size} of ${CALLBACKS.length * deeds.length} deeds in callbacks, ${coverage.states.size} of ${all} states reached`,
        ...missing.length > 0 ? [`possible, but not met: ${missing.join('; ')}`] : [],
    ].join('\n');
}
