// Everything that can happen next in a run: a table of which the script picks a row. Rows are only ever appended: recorded
// scripts name them by their place.
import { CONNECTED, STOPPED } from '../../../src/index.ts';
import type { Simulation } from './simulation.ts';
import { TOPICS } from './topics.ts';

export interface Action {
    readonly name: string;
    /** Against the other rows that are possible. */
    readonly weight: number;
    /** False: many runs leave it out. */
    readonly always: boolean;
    possible(simulation: Simulation): boolean;
    act(simulation: Simulation): void;
}

type Row = readonly [name: string, weight: number, always: boolean, possible: Action['possible'], act: Action['act']];

/** Sizes of pieces that go through the link; the first is all. */
const PIECES = [100000, 100000, 100000, 1, 2, 3, 7, 30];
/** Sizes of payloads, in bytes; the limit of a one-byte remaining length is among them. */
const SIZES = [4, 10, 20, 60, 115, 119, 120, 130, 300];

const open = ({ link }: Simulation): boolean => link.connection !== null && link.connection.opened;
const whole = (simulation: Simulation): boolean => open(simulation) && !simulation.link.connection!.broken && !simulation.link.connection!.silent;
const pendingWait = ({ clock, judge }: Simulation): number => clock.wakeAt - judge.time;

const rows: readonly Row[] = [
    ['turn', 40, true, simulation => simulation.clock.wakeAt >= 0 && pendingWait(simulation) <= 0, ({ clock }) => clock.wake(0)],
    ['wake', 6, true, simulation => pendingWait(simulation) > 0, ({ clock }) => clock.wake(0)],
    ['wake late', 2, false, ({ clock }) => clock.wakeAt >= 0, ({ clock, script, judge }) => {
        judge.fault('late wake');
        // The last one: as if the board had slept, or its clock had jumped.
        clock.wake(1 + script.below(script.oneOf([100, 100, 3000, 3000, 3000, 3_600_000])));
    }],
    ['time passes', 10, true, simulation => pendingWait(simulation) > 1, simulation => {
        simulation.clock.pass(Math.min(pendingWait(simulation) - 1, simulation.script.below(simulation.script.oneOf([10, 500, 20000]))));
    }],
    ['publish', 14, true, () => true, ({ application, script }) => application.publish(script.below(3) ? 1 : 0, script.oneOf(SIZES))],
    ['publish several', 5, false, () => true, ({ application, script }) => {
        for (let left = 2 + script.below(8); left > 0; left--) application.publish(script.below(2), script.below(30));
    }],
    ['subscribe', 3, false, () => true, ({ application, script }) => application.subscribe(script.below(4))],
    ['unsubscribe', 2, false, () => true, ({ application, script }) => application.unsubscribe(script.below(4))],
    ['stop', 1, false, ({ client }) => client.state !== STOPPED, ({ application }) => application.stop()],
    ['start', 20, true, ({ client }) => client.state === STOPPED, ({ application }) => application.start()],
    ['link opens', 40, true, ({ link }) => link.connection !== null && !link.connection.opened, ({ link }) => link.succeed()],
    ['link does not open', 6, false, ({ link }) => link.connection !== null && !link.connection.opened, ({ link, judge }) => {
        judge.fault('link does not open');
        link.fail();
    }],
    ['bytes go up', 40, true, simulation => whole(simulation) && simulation.link.connection!.arrived < simulation.link.connection!.flushed,
        ({ link, script }) => link.carryUp(link.connection!, script.oneOf(PIECES))],
    ['bytes come down', 40, true, simulation => whole(simulation) && (simulation.link.connection!.down.length > 0 || simulation.link.connection!.ending),
        ({ link, script }) => link.carryDown(script.oneOf(PIECES))],
    ['link drains', 25, true, simulation => whole(simulation) && simulation.link.connection!.owesWritable, ({ link, script, settings }) => link.drain(1 + script.below(settings.capacity))],
    ['onWritable unasked', 1, false, open, ({ link, judge, settings }) => {
        judge.fault('onWritable unasked');
        link.drain(settings.capacity);
    }],
    ['cut, FIN', 1, false, whole, ({ link, script, judge }) => {
        judge.fault('cut, FIN');
        link.cut(true, !script.below(2));
    }],
    ['cut, RST', 2, false, whole, ({ link, script, judge }) => {
        judge.fault('cut, RST');
        link.cut(false, !script.below(2));
    }],
    ['client learns of the cut', 15, true, simulation => open(simulation) && simulation.link.connection!.broken, ({ link }) => link.fail()],
    ['silence', 1, false, whole, ({ link, judge }) => {
        judge.fault('half-open link');
        link.connection!.silent = true;
        link.connection!.down = [];
    }],
    ['former connection goes on', 6, true, ({ link }) => link.former !== null && !link.former.broken && link.former.arrived < link.former.flushed,
        ({ link, script, judge }) => {
            judge.fault('bytes of a closed connection arrive');
            link.carryUp(link.former!, script.oneOf(PIECES));
        }],
    ['broker restarts', 1, false, () => true, simulation => restart(simulation, false)],
    ['broker restarts without its sessions', 1, false, () => true, simulation => restart(simulation, true)],
    ['broker ends the connection', 1, false, simulation => whole(simulation) && !simulation.link.connection!.ending, ({ link, broker, judge }) => {
        judge.fault('broker ends the connection');
        link.connection!.ending = true;
        broker.lost(link.connection!);
    }],
    ['broker publishes', 8, false, () => true, ({ broker, script }) => broker.publish(script.oneOf(TOPICS), script.below(3) ? 1 : 0, script.oneOf(SIZES), false)],
    ['broker publishes several', 3, false, () => true, ({ broker, script }) => {
        const mixed = script.below(2) === 0;
        for (let left = 2 + script.below(20); left > 0; left--) broker.publish(script.oneOf(TOPICS), mixed && !script.below(4) ? 0 : 1, script.below(8), false);
    }],
    ['CONNACK after a while', 20, true, ({ broker, link }) => link.connection?.connackHeld === true && !link.connection.ending && !link.connection.broken && broker.current === null,
        ({ broker, link }) => broker.accept(link.connection!)],
    ['late answer', 6, true, ({ broker }) => broker.held.length > 0, ({ broker, script }) => {
        const [{ connection, packet }] = broker.held.splice(script.below(broker.held.length), 1);
        broker.send(connection, packet);
    }],
    ['wrong answer', 3, false, simulation => whole(simulation) && simulation.client.state === CONNECTED && simulation.link.connection!.down.length === 0, wrongAnswer],
    ['no packet', 1, false, simulation => whole(simulation) && simulation.client.state === CONNECTED, ({ link, broker, script, judge }) => {
        judge.fault('bytes that are no packet');
        broker.sendBytes(link.connection!, null, Uint8Array.from(script.oneOf([[0xf0, 0], [0x20, 2, 0, 0], [0x42, 2, 0, 1], [0x40, 3, 0, 1, 0], [0x36, 5, 0, 1, 97, 0, 1], [0x82, 2, 0, 1], [0xff, 0xff, 0xff, 0xff, 0xff]])));
    }],
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

/** Ends what the broker has open; the client learns of it as of any cut. */
function restart({ link, broker, judge, script }: Simulation, forgets: boolean): void {
    judge.fault(forgets ? 'broker restarts without its sessions' : 'broker restarts');
    if (link.former) link.former.broken = true;
    const connection = link.connection;
    if (connection?.opened && !connection.broken) {
        if (connection.silent) connection.broken = false;
        else link.cut(false, !script.below(2));
    }
    if (broker.current) broker.lost(broker.current);
    if (forgets) broker.forget();
}

/** An acknowledgement that no packet waits for which the client has sent whole: of another type, of none, too early. */
function wrongAnswer({ link, broker, application, formerHandles, witness, script, judge }: Simulation): void {
    const connection = link.connection!;
    const handles = [...application.pending.keys()];
    const identifiers = [...handles, (handles.at(-1) ?? 0) % 65535 + 1, 1 + script.below(65535), ...formerHandles];
    const messageId = script.oneOf(identifiers);
    const cmd = script.oneOf(['puback', 'suback', 'unsuback'] as const);
    if (!connection.accepted || connection.sent !== connection.delivered || witness.inFlight.get(messageId)?.answer === cmd) return;
    judge.fault(`wrong ${cmd.toUpperCase()}${formerHandles.includes(messageId) ? ' from before a power cut' : ''}`);
    broker.send(connection, cmd === 'puback' ? { cmd, messageId } : { cmd, messageId, granted: cmd === 'suback' ? [0] : [] });
    link.carryDown(100000);
}

export const actions: readonly Action[] = rows.map(([name, weight, always, possible, act]) => ({ name, weight, always, possible, act }));
