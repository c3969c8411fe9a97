// What the outbox of a sleeping node must hold, kept in parallel: what was accepted is in the store, whole and in order, until the broker has
// acknowledged it or the policy has given it up and counted it, whenever the power fails.
import { DROP_NEWEST, DROP_OLDEST, REFUSE } from '../../../../src/sleep/index.ts';
import type { Store } from '../../../../src/store.ts';
import { count } from '../coverage.ts';
import type { Judge } from '../judge.ts';
import type { Entry, Ledger } from '../ledger.ts';

/** Records that a power cut may bring back are among the latest so many. */
const MOST_THAT_COME_BACK = 500;
/** The number of the topic, and RETAIN, before the payload. */
const RECORD_HEADER = 1;

export class Books {
    /** In the store, the oldest first: accepted, and neither acknowledged nor given up. */
    held: Entry[] = [];
    /** All that was ever put into the store, the latest last. A power cut may bring back what came before `held`, from the young end. */
    private stored: Entry[] = [];
    /** The message that was being put in when the power failed. */
    private underway: Entry | null = null;
    private readonly judge: Judge;
    private readonly up: Ledger;
    private readonly policy: number;

    constructor(judge: Judge, up: Ledger, policy: number) {
        this.judge = judge;
        this.up = up;
        this.policy = policy;
    }

    /** `entry` is about to be put in. */
    begin(entry: Entry): void {
        entry.excused = true;
        this.underway = entry;
    }

    /** The outbox has `taken` it, or not, has counted so many more messages, and holds `size` now. */
    finish(entry: Entry, taken: boolean, refused: number, dropped: number, size: number): void {
        const { judge, policy, held } = this;
        this.underway = null;
        const right = taken ? refused === 0 && dropped <= (policy === REFUSE ? 0 : policy === DROP_NEWEST ? 1 : held.length)
            : refused === 1 && policy !== DROP_NEWEST && dropped <= (policy === DROP_OLDEST ? held.length : 0);
        judge.require(right, 'counted', `message ${entry.number} was ${taken ? '' : 'not '}taken, ${refused} more refused and ${dropped} more dropped with policy ${policy}`);
        const dropsItself = policy === DROP_NEWEST && dropped === 1;
        count(judge.coverage.messages, `${dropsItself || dropped ? 'given up by a policy' : taken ? 'accepted by an outbox' : 'refused by an outbox'}`, dropsItself ? 1 : dropped || 1);
        if (policy === DROP_OLDEST) for (const each of held.splice(0, dropped)) this.giveUp(each);
        if (taken && !dropsItself) {
            entry.excused = false;
            held.push(entry);
            this.stored.push(entry);
        }
        const least = held.filter(({ acknowledged }) => !acknowledged).length;
        judge.require(size >= least && size <= held.length, 'counted', `the outbox holds ${size} messages, and by what it counts ${least} to ${held.length}`);
    }

    /** The outbox says that it holds `size` messages. */
    check(size: number): void {
        const { judge, held } = this;
        while (held.length > size) {
            const gone = held.shift()!;
            judge.require(gone.acknowledged, 'kept', `message ${gone.number} has left the store, but was not acknowledged`);
        }
        judge.require(held.length === size, 'kept', `the outbox holds ${size} messages, and ${held.length} were accepted and are not acknowledged`);
        if (this.stored.length > 2 * MOST_THAT_COME_BACK) this.stored = this.stored.slice(-MOST_THAT_COME_BACK);
    }

    /** The board has started again: what is in the store is held against what must be. `afterCut`: it had lost power. */
    found(store: Store, afterCut: boolean): void {
        const { judge, held, stored, underway } = this;
        const list: Entry[] = [];
        const record = new Uint8Array(store.recordSize);
        for (let index = 0; index < store.count; index++) {
            const size = store.read(index, record, 0);
            judge.require(size > 0, 'kept', `record ${index} of ${store.count} cannot be read`);
            const entry = size > 0 ? this.up.find(record.subarray(RECORD_HEADER, size)) : undefined;
            if (!entry) return;
            list.push(entry);
        }
        const numbers = (entries: readonly Entry[]): string => entries.map(({ number }) => number).join() || 'nothing';
        const all = underway && list.at(-1) === underway ? [...stored, underway] : stored;
        const expected = all.slice(all.length - list.length);
        judge.require(numbers(list) === numbers(expected), 'kept', `the store holds ${numbers(list)}, and its latest were ${numbers(expected)}`);
        judge.require(afterCut || list.length <= held.length, 'kept', `the store holds ${numbers(list)}, of which only ${numbers(held)} were not dropped`);
        for (const missing of held.filter(entry => !list.includes(entry))) {
            // Its room was made for the message under way, and the power failed before that was told.
            const forAnother = this.policy === DROP_OLDEST && underway !== null;
            if (missing.acknowledged) continue;
            judge.require(forAnother, 'kept', `message ${missing.number} was accepted and is not in the store, which holds ${numbers(list)}`);
            this.giveUp(missing);
        }
        for (const entry of list) if (entry === underway) entry.excused = false;
        this.underway = null;
        this.stored = all;
        this.held = [...list];
    }

    private giveUp(entry: Entry): void {
        entry.excused = entry.givenUp = true;
    }
}
