// The life of a node that sleeps, over months: it wakes, takes readings, sends what has gathered and sleeps again, while link, broker and
// power fail. After every step it is checked that nothing promised is broken, and in the end that everything is delivered.
import { CONNECTED, STOPPED } from '../../../../src/index.ts';
import type { Client } from '../../../../src/index.ts';
import type { SimulatedClock } from '../clock.ts';
import { count } from '../coverage.ts';
import type { Entry } from '../ledger.ts';
import type { Inbox } from '../inbox.ts';
import type { Script } from '../script.ts';
import { BUFFER_NAMES, STATE_NAMES } from '../states.ts';
import { Surroundings } from '../surroundings.ts';
import { sleeperActions } from './actions.ts';
import { Books } from './books.ts';
import { calmDown } from './calm.ts';
import { memories, withRetainedImage } from './memories.ts';
import type { BoardMemory } from './memories.ts';
import { SleepingNode } from './node.ts';
import { Power, PowerCut } from './power.ts';
import { Recollection } from './recollection.ts';
import { Schedule } from './schedule.ts';
import { LONGEST_READING, drawSleeperSettings } from './settings.ts';
import type { SleeperSettings } from './settings.ts';

export class SleepingLife extends Surroundings {
    declare readonly settings: SleeperSettings;
    readonly power = new Power();
    readonly memory: BoardMemory;
    readonly books: Books;
    readonly schedule: Schedule;
    readonly recollection: Recollection;
    node: SleepingNode;
    /** Wakes of the broker's absence that are still to come. */
    outage = 0;
    /** Packet identifiers in use when the power was last cut. */
    private former: readonly number[] = [];
    /** Counters of the cycle when it slept last. */
    private cyclesBefore = 0;
    private givenUpBefore = 0;
    /** onSleep has come since the latest wake. */
    private hasSlept = true;
    /** The power was cut, and the board is about to start again. */
    cut = false;

    constructor(script: Script, write: ((line: string) => void) | null) {
        super(script, drawSleeperSettings(script), write);
        const { judge, settings, power, up } = this;
        judge.situation = () => `${STATE_NAMES[this.client.state]} | ${this.bufferSituation()}`;
        const memory = memories[settings.memory].make(power, { page: settings.page, pages: settings.pages, record: 1 + LONGEST_READING, image: settings.imageSize });
        this.memory = settings.image === 'retained' ? withRetainedImage(memory, settings.imageSize) : memory;
        this.books = new Books(judge, up, settings.policy);
        this.schedule = new Schedule(judge, settings);
        this.recollection = new Recollection(judge, settings);
        this.node = this.boot();
        this.schedule.forget(true);
    }

    get clock(): SimulatedClock {
        return this.node.clock;
    }

    get client(): Client {
        return this.node.cycle.client;
    }

    get inbox(): Inbox {
        return this.node.inbox;
    }

    get asleep(): boolean {
        return !this.node.cycle.awake;
    }

    override get powered(): boolean {
        return !this.power.failed;
    }

    identifiers() {
        return { present: [...this.witness.inFlight.keys()], former: this.former };
    }

    run(length: number, swarm: readonly number[]): void {
        try {
            for (let step = 0; step < length && !this.judge.violation; step++) {
                const chosen = this.script.begin(() => sleeperActions.map((action, index) => action.possible(this) ? action.weight * (swarm[index] ?? 1) : 0));
                if (chosen < 0) break;
                const action = sleeperActions[chosen];
                if (action?.possible(this)) this.act(action.name, () => action.act(this));
            }
            this.script.calm = true;
            if (!this.judge.violation) calmDown(this);
        } catch (error) {
            this.judge.fail('exceptions', `an exception leaves the node: ${(error as Error).stack}`);
        }
    }

    /** The board wakes and takes so many readings. `late`: ms after the moment that it was told. */
    wakeUp(readings: number, urgent: boolean, late: number): void {
        const { script, settings, schedule, judge } = this;
        if (this.outage > 0) this.outage--;
        this.link.reachable = this.outage === 0;
        this.clock.pass(Math.max(0, schedule.sleepsUntil + late - judge.time));
        if (script.chance(settings.resets)) this.reset();
        for (let left = readings; left > 0 && !this.power.failed; left--) this.node.add(script.below(LONGEST_READING));
        if (this.power.failed) return;
        schedule.wake(urgent, this.node.outbox.count);
        this.hasSlept = false;
        this.node.cycle.wake(urgent);
    }

    /** The power of the board is gone, and comes again. */
    powerCut(): void {
        this.judge.fault(this.power.failed ? 'power cut in a write' : 'power cut');
        this.losePower();
        this.node = this.boot();
    }

    /** The node says that it may sleep. */
    sleeps(ms: number, delivered: boolean): void {
        const { judge, node, books, link, schedule, up } = this;
        const { cycle, clock, draws } = node;
        judge.note('client', `sleeps for ${ms} ms${delivered ? '' : ', not all is delivered'}`);
        judge.require(!this.hasSlept, 'told truly', 'onSleep without a wake');
        // A client that resumes asks for a turn. It is stopped: nothing comes of that.
        const pending = clock.wakeAt > judge.time;
        judge.require(!link.connection && !pending && this.client.state === STOPPED, 'told truly', `it may sleep, with a connection or a wake pending, in state ${STATE_NAMES[this.client.state]}`);
        books.check(node.outbox.count);
        judge.require(delivered === (books.held.length === 0), 'told truly', `${books.held.length} messages are held, and delivered is ${delivered}`);
        this.recollection.sleeps(node.subscriptions);
        if (delivered) this.requireDelivery(up.entries.slice(-100));
        this.hasSlept = true;
        schedule.sleeps(ms, delivered, cycle.cycles > this.cyclesBefore, cycle.givenUp > this.givenUpBefore, draws[0], clock.lateness);
        count(judge.coverage.sleeps, 'wakes');
        if (cycle.cycles > this.cyclesBefore) count(judge.coverage.sleeps, 'wakes with the radio on');
        if (cycle.givenUp > this.givenUpBefore) count(judge.coverage.sleeps, 'wakes that gave up');
        this.cyclesBefore = cycle.cycles;
        this.givenUpBefore = cycle.givenUp;
    }

    countMessages(): void {
        const { messages } = this.judge.coverage;
        for (const { excused, deliveries } of this.up.entries) {
            if (excused && deliveries) count(messages, 'given up by an outbox, but delivered');
            if (deliveries) count(messages, 'from an outbox delivered');
            if (deliveries > 1) count(messages, 'from an outbox delivered more than once');
        }
        count(messages, 'received by a node that sleeps', this.down.entries.filter(({ deliveries }) => deliveries > 0).length);
        count(this.judge.coverage.sleeps, 'virtual hours', this.judge.time / 3_600_000);
    }

    requireDelivery(entries: readonly Entry[]): void {
        for (const { number, excused, deliveries } of entries) this.judge.require(excused || deliveries > 0, 'delivered', `message ${number} was accepted and has not arrived, and nothing is held`);
    }

    protected answered(key: string): void {
        if (key.startsWith('message')) this.up.entries[Number(key.slice('message '.length)) - 1].acknowledged = true;
    }

    protected accepted(sessionPresent: boolean): void {
        this.recollection.accepted(sessionPresent);
    }

    override act(name: string, event: () => void): void {
        this.node.draws.length = 0;
        super.act(name, event);
    }

    protected check(): void {
        if (this.power.failed) return this.powerCut();
        const { judge, clock, client, link, node, books } = this;
        judge.require(this.asleep ? clock.wakeAt <= judge.time : clock.wakeAt >= 0, 'one wake', `${this.asleep ? 'asleep' : 'awake'}, and the next wake is at ${clock.wakeAt}`);
        judge.require(this.asleep === this.hasSlept, 'told truly', `${this.asleep ? 'asleep without onSleep' : 'onSleep, and awake'}`);
        books.check(node.outbox.count);
        judge.require(node.outbox.damaged === 0, 'kept', 'the outbox counts damaged records');
        this.recollection.check(link.connection);
        if (link.connection && client.state === CONNECTED) this.checkKeepAlive(link.connection);
    }

    /** What the board finds when it starts, and starts with. The power may fail in that, too. */
    private boot(): SleepingNode {
        for (;;) {
            this.cyclesBefore = this.givenUpBefore = 0;
            this.hasSlept = true;
            try {
                const node = new SleepingNode(this);
                this.cut = false;
                return node;
            } catch (error) {
                if (!(error instanceof PowerCut)) throw error;
                this.judge.fault('power cut at the start');
                this.losePower();
            }
        }
    }

    /** What a power cut takes. */
    private losePower(): void {
        const { judge, link, witness, memory, script, schedule, recollection, power } = this;
        this.former = [...witness.inFlight.keys()];
        link.close();
        memory.powerCut(bound => script.below(bound));
        witness.reset(() => false);
        recollection.forget();
        schedule.forget(false);
        schedule.sleepsUntil = judge.time;
        power.restore();
        this.cut = true;
    }

    /** The RAM is lost, as in a deep sleep, and nothing else. */
    private reset(): void {
        const { node: { image }, settings, witness, recollection, schedule, books } = this;
        const remembers = image !== null && image.kept;
        const known = new Set(remembers && !settings.cleanSession ? books.held.map(({ number }) => `message ${number}`) : []);
        witness.reset(key => known.has(key));
        if (!remembers) recollection.forget();
        if (!remembers) schedule.forget(image === null);
        this.node = this.boot();
        count(this.judge.coverage.sleeps, remembers ? 'starts from an image' : 'starts without an image');
    }

    private bufferSituation(): string {
        const { link, witness, settings, books } = this;
        const waiting = link.connection ? witness.waitingOn(link.connection).length : 0;
        return BUFFER_NAMES[waiting >= settings.window ? 3 : waiting > 0 ? 2 : books.held.length > 0 ? 1 : 0];
    }
}
