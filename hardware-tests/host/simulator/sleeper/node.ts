// A node that sleeps, from one start of its board to the next: client, outbox, session image and wake cycle over a memory that lasts, and
// its application, which takes readings. What it does once its power has failed reaches neither link nor books.
import { Client, Subscription, Topic } from '../../../../src/index.ts';
import { WakeCycle } from '../../../../src/sleep/index.ts';
import type { Outbox } from '../../../../src/sleep/index.ts';
import type { Store } from '../../../../src/store.ts';
import type { Platform, PlatformOwner, Transport, TransportOwner } from '../../../../src/transport.ts';
import { ApplicationError } from '../application-error.ts';
import { SimulatedClock } from '../clock.ts';
import { Inbox, NO_HANDLER } from '../inbox.ts';
import { FILTERS, WITHOUT_HANDLER } from '../topics.ts';
import { LONGEST_READING } from './settings.ts';
import type { SleepingLife } from './life.ts';

/** The store of the image, watched: the board will know what lies there. */
class WatchedStore implements Store {
    readonly recordSize: number;
    /** It holds what was put in last. */
    kept: boolean;
    private readonly store: Store;

    constructor(store: Store) {
        this.store = store;
        this.recordSize = store.recordSize;
        this.kept = store.count > 0;
    }

    get count(): number {
        return this.store.count;
    }

    append(bytes: Uint8Array, start: number, end: number): boolean {
        return this.kept = this.store.append(bytes, start, end);
    }

    read(index: number, into: Uint8Array, start: number): number {
        return this.store.read(index, into, start);
    }

    drop(count: number): void {
        this.store.drop(count);
        this.kept &&= this.store.count > 0;
    }
}

export class SleepingNode {
    readonly clock: SimulatedClock;
    readonly inbox: Inbox;
    readonly subscriptions: readonly Subscription[];
    readonly cycle: WakeCycle<ConstructorParameters<typeof Client>[0], Client>;
    /** Where the image lies. */
    readonly image: WatchedStore | null;
    /** Random bits drawn in this event. */
    readonly draws: number[] = [];
    private readonly life: SleepingLife;

    /** Throws when the power fails meanwhile. */
    constructor(life: SleepingLife) {
        const { judge, script, settings, memory, books, power } = life;
        this.life = life;
        const clock = this.clock = new SimulatedClock(judge, script, settings.clockOrigin, settings.clockSigned);
        this.inbox = new Inbox(life, new Set(settings.listens ? FILTERS.keys() : []));
        this.subscriptions = settings.listens ? FILTERS.map((filter, index) => new Subscription(clock, filter, index % 2, index === WITHOUT_HANDLER ? undefined : message => this.receive(message, index))) : [];
        const store = memory.messages();
        books.found(store, life.cut);
        this.image = settings.image === 'none' ? null : new WatchedStore(memory.image());
        const busy = () => this.busy();
        this.cycle = new WakeCycle(Client, {
            ...settings, platform: this.platform(), transport: this.transport(), clientId: 'client',
            sendBuffer: new Uint8Array(settings.sendBuffer), receiveBuffer: new Uint8Array(settings.receiveBuffer),
            onMessage: message => this.receive(message, NO_HANDLER), onAcknowledged: busy, onWritable: busy, onStateChange: busy,
        }, {
            ...settings, store, image: this.image ?? undefined, subscriptions: settings.listens ? this.subscriptions : undefined,
            topics: [new Topic(clock, 'up')], payloadSize: LONGEST_READING, downlinkWindow: settings.downlinkWindow,
            onSleep: (ms, delivered) => {
                if (!power.failed) life.sleeps(ms, delivered);
                this.throwAtTimes();
            },
        });
        power.demand();
    }

    get outbox(): Outbox {
        return this.cycle.outbox;
    }

    /** Takes a reading of `size` bytes. */
    add(size: number): void {
        const { up, judge, script, books, power, schedule } = this.life;
        if (power.failed) return;
        const { outbox } = this;
        const payload = up.payload(Math.min(size, LONGEST_READING));
        const retain = script.below(2) > 0;
        const entry = up.accept(1, payload.length, retain);
        const { refused, dropped } = outbox;
        books.begin(entry);
        const taken = this.cycle.add(0, payload, 0, payload.length, retain);
        judge.note('client', `add message ${entry.number}, ${payload.length} bytes: ${power.failed ? 'the power fails' : taken}`);
        if (power.failed) return;
        if (outbox.refused + outbox.dropped > refused + dropped) schedule.overflow();
        books.finish(entry, taken, outbox.refused - refused, outbox.dropped - dropped, outbox.count);
    }

    private receive(message: Parameters<Inbox['receive']>[0], handler: number): void {
        if (this.life.power.failed) return;
        this.inbox.receive(message, handler);
        this.busy();
    }

    /** In a callback: takes a reading, raises an alarm, throws, or does nothing. */
    private busy(): void {
        const { script, settings, schedule, judge, power } = this.life;
        if (power.failed || !script.chance(settings.busyCallbacks)) return;
        const deed = script.below(3);
        judge.fault(`callback ${['takes a reading', 'raises an alarm', 'throws'][deed]}`);
        if (deed === 0) this.add(script.below(LONGEST_READING));
        if (deed === 1) {
            schedule.alarm();
            this.cycle.wake(true);
        }
        if (deed === 2) throw new ApplicationError();
    }

    private throwAtTimes(): void {
        if (this.life.script.chance(this.life.settings.busyCallbacks)) throw new ApplicationError();
    }

    private platform(): Platform {
        const { clock, draws } = this;
        return {
            attach: (owner: PlatformOwner) => clock.attach(owner),
            now: () => clock.now(),
            wakeAfter: ms => clock.wakeAfter(ms),
            random: () => {
                const bits = clock.random();
                draws.push(bits);
                return bits;
            },
            utf8: text => clock.utf8(text),
            caught: error => clock.caught(error),
        };
    }

    private transport(): Transport {
        const { link, power, schedule, books } = this.life;
        return {
            open: (owner: TransportOwner) => {
                if (power.failed) return;
                schedule.opens(books.held.length);
                link.open(owner);
            },
            write: (bytes, start, end) => power.failed ? end - start : link.write(bytes, start, end),
            flush: () => {
                if (!power.failed) link.flush();
            },
            close: () => {
                if (!power.failed) link.close();
            },
        };
    }
}
