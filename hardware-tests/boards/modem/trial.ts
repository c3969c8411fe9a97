// One trial: a client of src over the modem transport, a modem with faults, a broker, minutes of virtual time. First everything may go
// wrong, then nothing; then all that was accepted must have arrived, and a later message must arrive within a computed time.
import { Client, Subscription, Topic } from '../../../src/index.ts';
import { stateText } from '../../../src/session/reason-texts.ts';
import type { Dialect as Driver } from '../../../targets/modem/index.ts';
import { TrialBroker } from './broker.ts';
import type { Dialect } from './dialect.ts';
import { Faults, faultKinds, ratesOf, undetectable } from './faults.ts';
import type { Fault } from './faults.ts';
import { Board, rig } from './rig.ts';
import { Witness } from './witness.ts';

/** Ms of the part in which things go wrong. */
const STORM = 150000;
/**
 * Ms in which a message must arrive after the last fault. The longest exchange of a dialect (opening a socket) may be under way and
 * never be answered; then come at most four rounds up the ladder of remedies, each with a search for the modem (10 probes), a restart, a
 * bring-up and the session's longest pause.
 */
const LONGEST_EXCHANGE = 150000;
const ROUND = 10 * 600 + 7200 + 20000 + 10000;
export const CALM = LONGEST_EXCHANGE + 4 * ROUND;
const payloads = ['21.5C', '\r\nOK\r\n', '\r\n+CME ERROR: 3\r\n', '\r\n> @', '\r\nRDY\r\n', '\r\n+QIURC: "closed",0\r\n', '\x00\x11\x13\x1a\x1b', '\r\n0, CLOSED\r\n', '"\r\n\r\nOK\r\n', 'ATE0\r'];

export interface Outcome {
    readonly seed: number;
    readonly violations: readonly string[];
    readonly faults: ReadonlyMap<Fault, number>;
    /** Messages accepted, and connections made. */
    readonly accepted: number;
    readonly connections: number;
    /** Streams that were spoiled, and reported closed. */
    readonly spoiled: number;
    /** Ms of calm until all was well. */
    readonly recovery: number;
}

export interface TrialOptions {
    readonly dialect: Dialect;
    /** The client's dialect; the right one if left out. */
    readonly driver?: Driver;
    readonly seed: number;
    /** The modem's own TLS. */
    readonly secure?: boolean;
    /** Faults with one of these words in their names only. */
    readonly faults?: readonly string[];
    /** Is told everything, a line at a time. */
    readonly trace?: (line: string) => void;
}

/** Rates for this seed: everything, or a few kinds of faults often. Flips only in some, since they excuse what comes down. */
function ratesFor(dice: Faults, words: readonly string[]): { rates: Partial<Record<Fault, number>>; flips: boolean } {
    if (words.length) return { rates: ratesOf(words, 3), flips: undetectable.some(name => words.some(word => name.includes(word))) };
    const flips = dice.below(8) === 0;
    const names = Object.keys(faultKinds) as Fault[];
    const chosen = dice.below(3) === 0 ? names : names.filter(() => dice.below(4) === 0);
    const rates = ratesOf(chosen.length ? chosen : names, chosen.length < names.length ? 1 + dice.below(4) : 1);
    if (!flips) for (const name of undetectable) delete rates[name];
    return { rates, flips: flips && undetectable.some(name => rates[name]) };
}

export function runTrial({ dialect, driver, seed, secure = false, faults: words = [], trace }: TrialOptions): Outcome {
    const dice = new Faults(seed ^ 0x51ed270b, {});
    const { rates, flips } = ratesFor(dice, words);
    const faults = new Faults(seed, rates);
    const broker = new TrialBroker();
    const tell = (who: string, what: string): void => trace?.(`${(clock.time / 1000).toFixed(3).padStart(10)}  ${who.padEnd(7)} ${what}`);
    // What goes one way without a pause is one line.
    let said = { up: false, text: '' };
    const flush = (): void => {
        if (said.text) tell(said.up ? 'host  >' : 'modem >', JSON.stringify(said.text));
        said = { up: false, text: '' };
    };
    const hear = (up: boolean, bytes: Uint8Array): void => {
        if (up !== said.up) flush();
        said = { up, text: said.text + Buffer.from(bytes).toString('latin1') };
    };
    const note = (who: string) => (what: string) => {
        if (trace) flush();
        tell(who, what);
    };
    faults.note = note('fault');
    const locked = dice.below(4) === 0;
    const { clock, modem, transport, board: modemBoard } = rig({
        dialect, faults,
        server: peer => witness.watch(each => broker.accept(each), peer),
        modem: {
            chunkSize: ([1, 2, 7, 64, 0, 1000] as const)[dice.below(6)],
            sim: locked ? { state: 'pin' } : {}, cell: { status: dice.below(2) ? 1 : 5, delay: dice.below(4000) },
            onTraffic: (up, bytes) => trace && hear(up, bytes),
        },
        transport: { pin: '1234', registrationTimeout: 60000, ...(secure ? { tls: { ca: '16842753' }, port: 8883 } : {}), ...(driver ? { dialect: driver } : {}) },
    });
    const board = new Board(clock, dice);
    const witness = new Witness(transport, !flips);
    witness.note = note('link');
    const violations = witness.violations;
    const heard = new Set<string>();
    const acknowledged = new Set<number>();
    const open = new Map<number, string>();
    const accepted: string[] = [];
    const client = new Client({
        platform: board, transport: witness, clientId: 'm', sendBuffer: new Uint8Array(700), receiveBuffer: new Uint8Array(200), keepAlive: 40, cleanSession: false,
        connectTimeout: 60000, responseTimeout: 15000, retryDelay: 500, retryDelayMaximum: 10000,
        onStateChange: (state, reason) => note('client')(`${stateText(state)} ${reason || ''}`),
        onAcknowledged(handle) {
            const key = open.get(handle);
            acknowledged.add(handle);
            open.delete(handle);
            if (!flips && key !== undefined && !broker.seen.has(key)) violations.push(`message ${JSON.stringify(key)} is acknowledged and has not arrived`);
        },
        onMessage: message => heard.add(Buffer.from(message.bytes.subarray(message.start, message.end)).toString('latin1')),
    });
    const topic = new Topic(board, 'n/up');
    client.subscribe(new Subscription(board, 'n/down', 1));
    let count = 0;
    const publish = (qos: number): string => {
        const key = `${count++}:${payloads[dice.below(payloads.length)]}${'x'.repeat(dice.below(5) === 0 ? dice.below(180) : 0)}`;
        const payload = Buffer.from(key, 'latin1');
        const handle = client.publish(topic, payload, 0, payload.length, qos, false);
        if (handle > 0) {
            open.set(handle, key);
            accepted.push(key);
        }
        if (handle >= 0) note('client')(`publishes ${JSON.stringify(key)}, QoS ${qos}: ${handle}`);
        return handle > 0 ? key : '';
    };
    const sent: string[] = [];
    const work = (): void => {
        if (faults.calm) return;
        for (let burst = dice.below(3); burst >= 0; burst--) publish(dice.below(4) ? 1 : 0);
        if (dice.below(2)) {
            const payload = `down ${sent.length} ${payloads[dice.below(payloads.length)]}`;
            sent.push(payload);
            broker.publish(Buffer.from(payload, 'latin1'));
        }
        clock.after(200 + dice.below(12000), work);
    };
    let recovery = -1;
    try {
        client.start();
        work();
        // A PIN that has never been right is tried once: what befalls that one on the line ends all, as it shall.
        faults.calm = locked;
        if (locked) clock.pass(60000, () => witness.opened > 0);
        faults.calm = false;
        clock.pass(STORM, () => violations.length > 0);
        faults.calm = true;
        note('trial')('calm');
        let last = '';
        let wanted = 0;
        const well = (): boolean => {
            if (violations.length > 0) return true;
            if (!last && clock.time >= wanted) {
                wanted = clock.time + 100;
                last = publish(1);
            }
            return last !== '' && broker.seen.has(last) && open.size === 0 && (flips || broker.unacknowledged === 0) && witness.through;
        };
        // Whoever waits for a full buffer asks again.
        const tick = (): void => void clock.after(100, tick);
        tick();
        if (clock.pass(STORM + CALM, well)) recovery = clock.time - STORM;
        else violations.push(`wedged: ${CALM / 1000} s after the last fault the client is ${stateText(client.state)}, the transport in stage ${transport.stage}, the modem ${modem.power}; `
            + `${open.size} messages are unacknowledged, ${broker.unacknowledged} wait in the broker`);
        if (!flips && recovery >= 0) {
            for (const key of accepted) if (!broker.seen.has(key)) violations.push(`message ${JSON.stringify(key)} was accepted and never arrived`);
            for (const payload of sent) if (!heard.has(payload)) violations.push(`message ${JSON.stringify(payload)} of the broker never arrived`);
        }
    } catch (error) {
        violations.push(`an exception: ${(error as Error).stack}`);
    }
    for (const error of [...board.errors, ...modemBoard.errors]) violations.push(`an exception was caught: ${(error as Error).stack ?? error}`);
    return { seed, violations, faults: faults.counts, accepted: accepted.length, connections: witness.opened, spoiled: witness.spoiled, recovery };
}
