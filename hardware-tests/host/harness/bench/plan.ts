// Which tests there are, how long each may take, and which of them a run plays.
import { names } from '../../../suites/every.ts';
import { UsageError } from '../errors.ts';

export interface TestPlan {
    readonly name: string;
    /** Ms, on the board. */
    readonly deadline: number;
}

/** Ms. Boards run a hundred times slower than this machine. */
const DEADLINE = 20_000;
const longer: Readonly<Record<string, number>> = { cuts: 60_000, steady: 180_000, rate: 120_000, 'power cut': 60_000 };

/** What each test shows, for `--list`. */
export const summaries: Readonly<Record<string, string>> = {
    'connect': 'a connection, and its orderly end',
    'publish': 'a message with QoS 0 and one with QoS 1',
    'empty': 'a message without payload, there and back',
    'burst': 'more messages at once than the send buffer holds',
    'will': 'a will that is published when the link breaks, and not after DISCONNECT',
    'retain': 'a retained message: found later, replaced, removed',
    'stop in the middle': 'stop with five messages under way, and on with them',
    'wildcards': 'filters with + and #, each with a handler of its own',
    'dollar': '# is given no topic that begins with $',
    'stream large': 'a message of many times the receive buffer, in pieces',
    'skip large': 'the same, skipped, and the link stays',
    'reconnect': 'a message on each connection; two cuts and a silence',
    'clean session': 'subscriptions are made again',
    'kept session': 'a message that came while nobody could connect',
    'credentials': 'a wrong password, then the right one',
    'keep-alive': 'an idle connection that lives on pings',
    'cuts': 'a message after each fault of the link: cut, within a packet, before an answer, refused, dropped, stalled, delayed, split',
    'steady': 'a thousand messages there and back: memory in use stays the same',
    'rate': 'how many messages a second go with QoS 0 and with QoS 1',
    'deep sleep': 'a wake, a deep sleep, and what came in between',
    'power cut': 'a message before the power is taken away, and one when it is back',
};

/**
 * The tests that `filter` means, words between commas (all if it is empty): the one of that name, or else all whose names contain the word. `timeout`:
 * seconds, in place of their own deadlines. Refuses a word that means none.
 */
export function planOf(filter: string, timeout: number | null): TestPlan[] {
    const words = filter.split(',').map(word => word.trim()).filter(Boolean);
    const fits = (name: string, word: string): boolean => names.includes(word) ? name === word : name.includes(word);
    const wrong = words.find(word => !names.some(name => fits(name, word)));
    if (wrong !== undefined) throw new UsageError(`no test has ${wrong} in its name; there are ${names.join(', ')}`);
    return names
        .map(name => ({ name, deadline: timeout === null ? longer[name] ?? DEADLINE : timeout * 1000 }))
        .filter(({ name }) => words.length === 0 || words.some(word => fits(name, word)));
}
