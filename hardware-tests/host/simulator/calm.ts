// The end of every run: nothing goes wrong any more, except that a silent link stays silent and an answer that was lost stays
// lost. What was promised must then happen within a time that follows from the client's options.
import { REFUSED, STOPPED } from '../../../src/index.ts';
import type { Invariant } from './invariants.ts';
import { networkEvent } from './network-actions.ts';
import type { NetworkEvent } from './network-actions.ts';
import type { Simulation } from './simulation.ts';
import { FILTERS } from './topics.ts';

/** Events at one moment; more of them is an endless loop. A transport may take a byte at a time. */
const MOST_EVENTS = 20000;
/** Wakes until all is drained; a few minutes have fewer. */
const MOST_WAKES = 2000;

/** PUBACKs that a client sends on a connection at least, whatever the transport takes: 32 bytes are set aside for them. */
const PUBACKS_AT_ONCE = 8;

/** What is not as it must be, and what that breaks if it stays so. */
type Left = readonly [Invariant, string];

/**
 * Virtual ms within which everything drains: a stop that is under way, then the longest way to notice that a connection is dead,
 * then attempts until the broker has answered: one for an answer that was lost, one for a broker that dislikes haste, one to spare,
 * and those that a backlog of messages takes through a transport that takes next to nothing.
 */
function longestWay({ settings, broker }: Simulation): number {
    const ping = settings.keepAlive * 950;
    const backlog = Math.ceil((broker.session?.outgoing.length ?? 0) / PUBACKS_AT_ONCE);
    return settings.responseTimeout + settings.connectTimeout + 2 * ping + 3 * settings.responseTimeout + (4 + backlog) * settings.retryDelayMaximum + 1000;
}

/** Lets everything happen that can happen without time passing. */
function settle(simulation: Simulation): void {
    const { application, client, judge } = simulation;
    for (let events = 0; !judge.violation; events++) {
        const next: NetworkEvent | null = client.state === STOPPED && application.stopped ? ['start', () => application.start()] : networkEvent(simulation);
        if (!next) return;
        if (events > MOST_EVENTS) return judge.fail('progress', 'events without end at one moment');
        simulation.act(next[0], next[1]);
    }
}

/** Lets time pass until `left` has nothing to name, or the longest way is over. */
function drain(simulation: Simulation, left: () => Left | null): void {
    const { clock, judge } = simulation;
    const end = judge.time + longestWay(simulation) + clock.lateness;
    for (let rounds = 0; ; rounds++) {
        settle(simulation);
        const open = judge.violation ? null : left();
        if (!open) return;
        const [invariant, what] = open;
        if (rounds > MOST_WAKES) return judge.fail(invariant, `attempts without end and without time: ${what}`);
        if (clock.wakeAt > end || clock.wakeAt < 0) return judge.fail(invariant, `no progress in ${end - judge.time} ms without faults: ${what}`);
        simulation.act('wake', () => clock.wake(0));
    }
}

/** What an application must not wait for in vain. */
function promises({ application, up }: Simulation): Left | null {
    const [first] = application.pending;
    if (first) return ['progress', first[1] ? `message ${first[1].number} is not acknowledged` : `request ${first[0]} has no answer`];
    const lost = up.entries.find(entry => entry.qos === 1 && !entry.excused && !(entry.acknowledged && entry.deliveries > 0));
    if (lost) return ['delivered', `message ${lost.number} is lost`];
    const unsent = application.unsent(up.entries);
    if (unsent) return ['progress', `message ${unsent.number} is not sent`];
    return application.awaitsRoom ? ['progress', 'onWritable has not come'] : null;
}

/** What both sides know of each other once a message has gone through. */
function agreement(simulation: Simulation): Left | null {
    const { application, broker, client, down } = simulation;
    const open = promises(simulation);
    if (open) return open;
    for (const index of application.decided) {
        const held = broker.session?.filters.has(FILTERS[index]) ?? false;
        const refused = application.subscriptions[index].granted === REFUSED;
        if (application.wanted.has(index) && !held && !refused) return ['subscriptions', `the broker has forgotten the subscription ${FILTERS[index]}`];
        if (!application.wanted.has(index) && held) return ['subscriptions', `the broker keeps the subscription ${FILTERS[index]}`];
    }
    if (broker.session?.outgoing.length) return ['progress', `message ${broker.session.outgoing[0].entry.number} from the broker is not acknowledged`];
    const missed = down.entries.find(entry => entry.qos === 1 && entry.deliveries === 0 && !entry.excused);
    if (missed) return ['delivered', `message ${missed.number} from the broker did not reach the application`];
    return client.safeToSleep ? null : ['told truly', 'nothing is left, but it is not safe to sleep'];
}

export function calmDown(simulation: Simulation): void {
    const { application, broker, clock, client, judge, settings } = simulation;
    judge.note('event', 'from here on nothing goes wrong');
    const connection = simulation.link.connection;
    // Without keep-alive only TCP itself can notice that a link is dead.
    if (connection?.silent && settings.keepAlive === 0) simulation.act('TCP gives up', () => {
        connection.silent = false;
        simulation.link.cut(false, true);
    });
    drain(simulation, () => promises(simulation));
    if (judge.violation) return;
    simulation.act('a last publish', () => application.publish(1, 4));
    judge.require(application.pending.size > 0, 'progress', 'the last publish is refused');
    drain(simulation, () => agreement(simulation));
    if (judge.violation) return;
    const wakes = clock.wakes;
    // Ten pings long, or ten minutes.
    const idle = (settings.keepAlive || 60) * 10_000;
    const end = judge.time + idle;
    while (!judge.violation && clock.wakeAt >= 0 && clock.wakeAt < end) {
        simulation.act('wake', () => clock.wake(0));
        settle(simulation);
    }
    // Each ping has its wake, that for its answer and that for its flush.
    // On Espruino the client has its ticks besides.
    const ticks = simulation.file ? idle / settings.responseTimeout : 0;
    judge.require(clock.wakes - wakes <= 3 * 11 + 10 + ticks, 'one wake', `${clock.wakes - wakes} wakes in ${idle} idle ms`);
    const partings = broker.partings;
    simulation.act('a last stop', () => application.stop());
    // `settle` would start it again.
    const { link } = simulation;
    for (let events = 0; (client.state !== STOPPED || clock.wakeAt === judge.time) && !judge.violation && events < MOST_EVENTS; events++) {
        if (link.connection?.owesWritable) simulation.act('link drains', () => link.drain(settings.capacity));
        else simulation.act('wake', () => clock.wake(0));
    }
    const { former } = link;
    judge.require(client.state === STOPPED && clock.wakeAt < 0, 'one wake', `state ${client.state}, next wake at ${clock.wakeAt} after stop`);
    if (former) simulation.act('bytes go up', () => link.carryUp(former, Infinity));
    judge.require(broker.partings > partings, 'progress', 'stop ends without DISCONNECT');
}
