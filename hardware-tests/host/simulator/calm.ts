// The end of every run: nothing goes wrong any more, except that a silent link stays silent and an answer that was lost stays
// lost. What was promised must then happen within a time that follows from the client's options.
import { REFUSED, STOPPED } from '../../../src/index.ts';
import { AMPLE_ROOM } from './link.ts';
import type { Simulation } from './simulation.ts';

/** Events at one moment; more of them is an endless loop. */
const MOST_EVENTS = 2000;

/**
 * Virtual ms within which everything drains: a stop that is under way, then the longest way to notice that a connection is dead,
 * then attempts until the broker has answered: one for an answer that was lost, one for a broker that dislikes haste, one to spare.
 */
function longestWay({ settings }: Simulation): number {
    const ping = settings.keepAlive * 950;
    return settings.responseTimeout + settings.connectTimeout + 2 * ping + 3 * settings.responseTimeout + 4 * settings.retryDelayMaximum + 1000;
}

/** Lets everything happen that can happen without time passing. */
function settle(simulation: Simulation): void {
    const { link, broker, application, client, judge } = simulation;
    for (let events = 0; !judge.violation; events++) {
        const connection = link.connection;
        const goesThrough = connection && connection.opened && !connection.silent;
        const next: [name: string, event: () => void] | null = client.state === STOPPED && application.stopped ? ['start', () => application.start()]
            : link.former && !link.former.broken && link.former.arrived < link.former.flushed ? ['former connection ends', () => link.carryUp(link.former!, Infinity)]
            : connection && !connection.opened ? ['link opens', () => link.succeed()]
            : goesThrough && connection.broken ? ['client learns of the cut', () => link.fail()]
            : goesThrough && connection.arrived < connection.flushed ? ['bytes go up', () => link.carryUp(connection, Infinity)]
            : connection?.connackHeld && !connection.ending && goesThrough ? ['CONNACK after a while', () => broker.accept(connection)]
            : broker.held.length > 0 ? ['late answer', () => sendHeld(simulation)]
            : goesThrough && (connection.down.length > 0 || connection.ending) ? ['bytes come down', () => link.carryDown(Infinity)]
            : goesThrough && connection.owesWritable ? ['link drains', () => link.drain(AMPLE_ROOM)]
            : null;
        if (!next) return;
        if (events > MOST_EVENTS) return judge.fail('events without end at one moment');
        simulation.act(next[0], next[1]);
    }
}

function sendHeld({ broker }: Simulation): void {
    const { connection, packet } = broker.held.shift()!;
    broker.send(connection, packet);
}

/** Lets time pass until `left` has nothing to name, or the longest way is over. */
function drain(simulation: Simulation, left: () => string): void {
    const { clock, judge } = simulation;
    const end = judge.time + longestWay(simulation) + clock.lateness;
    for (let rounds = 0; ; rounds++) {
        settle(simulation);
        if (rounds > MOST_EVENTS) judge.fail(`attempts without end and without time: ${left()}`);
        if (judge.violation || !left()) return;
        if (clock.wakeAt > end || clock.wakeAt < 0) return judge.fail(`no progress in ${end - judge.time} ms without faults: ${left()}`);
        simulation.act('wake', () => clock.wake(0));
    }
}

/** What an application must not wait for in vain. */
function promises({ application, up }: Simulation): string {
    const [first] = application.pending;
    if (first) return first[1] ? `message ${first[1].number} is not acknowledged` : `request ${first[0]} has no answer`;
    const lost = up.entries.find(entry => entry.qos === 1 && !(entry.acknowledged && entry.deliveries > 0));
    if (lost) return `message ${lost.number} is lost`;
    const unsent = application.unsent(up);
    if (unsent) return `message ${unsent.number} is not sent`;
    return application.awaitsRoom ? 'onWritable has not come' : '';
}

/** What both sides know of each other once a message has gone through. */
function agreement(simulation: Simulation): string {
    const { application, broker, client, down } = simulation;
    const open = promises(simulation) || (application.awaitsRoom ? 'onWritable has not come' : '');
    if (open) return open;
    for (const [index, subscription] of application.subscriptions.entries()) {
        const filter = Buffer.from(subscription.encoded.subarray(2)).toString();
        const held = broker.session?.filters.has(filter) ?? false;
        if (application.wanted.has(index) && !held && subscription.granted !== REFUSED) return `the broker has forgotten the subscription ${filter}`;
        if (!application.wanted.has(index) && held) return `the broker keeps the subscription ${filter}`;
    }
    if (broker.session?.outgoing.length) return `message ${broker.session.outgoing[0].entry.number} from the broker is not acknowledged`;
    const missed = down.entries.find(entry => entry.qos === 1 && entry.deliveries === 0 && !entry.excused);
    if (missed) return `message ${missed.number} from the broker did not reach the application`;
    return client.safeToSleep ? '' : 'nothing is left, but it is not safe to sleep';
}

export function calmDown(simulation: Simulation): void {
    const { application, broker, clock, client, judge, settings } = simulation;
    judge.note('from here on nothing goes wrong');
    const connection = simulation.link.connection;
    if (connection) connection.room = AMPLE_ROOM;
    // Without keep-alive only TCP itself can notice that a link is dead.
    if (connection?.silent && settings.keepAlive === 0) simulation.act('TCP gives up', () => {
        connection.silent = false;
        simulation.link.cut(false, true);
    });
    drain(simulation, () => promises(simulation));
    if (judge.violation) return;
    simulation.act('a last publish', () => application.publish(1, 4));
    judge.require(application.pending.size > 0, 'the last publish is refused');
    drain(simulation, () => agreement(simulation));
    if (judge.violation) return;
    const wakes = clock.wakes;
    const end = judge.time + 600_000;
    while (!judge.violation && clock.wakeAt >= 0 && clock.wakeAt < end) {
        simulation.act('wake', () => clock.wake(0));
        settle(simulation);
    }
    const pings = settings.keepAlive ? 600 / (settings.keepAlive * 0.95) : 0;
    judge.require(clock.wakes - wakes <= 3 * pings + 10, `${clock.wakes - wakes} wakes in ten idle minutes`);
    const partings = broker.partings;
    simulation.act('a last stop', () => application.stop());
    // `settle` would start it again.
    simulation.act('wake', () => clock.wake(0));
    const former = simulation.link.former;
    judge.require(client.state === STOPPED && clock.wakeAt < 0, `state ${client.state}, next wake at ${clock.wakeAt} after stop`);
    if (former) simulation.act('bytes go up', () => simulation.link.carryUp(former, Infinity));
    judge.require(broker.partings > partings, 'stop ends without DISCONNECT');
}
