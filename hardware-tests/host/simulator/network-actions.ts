// What can happen to any client, whatever life it leads: its clock, its link and its broker. A table of which the script picks a row.
import { CONNECTED } from '../../../src/index.ts';
import type { Surroundings } from './surroundings.ts';
import { TOPICS } from './topics.ts';

export interface Action<Life> {
    readonly name: string;
    /** Against the other rows that are possible. */
    readonly weight: number;
    /** False: many runs leave it out. */
    readonly always: boolean;
    possible(life: Life): boolean;
    act(life: Life): void;
}

export type Row<Life> = readonly [name: string, weight: number, always: boolean, possible: Action<Life>['possible'], act: Action<Life>['act']];

/** Sizes of pieces that go through the link; the first is all. */
const PIECES = [100000, 100000, 100000, 1, 2, 3, 7, 30];
/** Sizes of payloads, in bytes; the limit of a one-byte remaining length is among them. */
export const SIZES = [4, 10, 20, 60, 115, 119, 120, 130, 300];

const open = ({ link }: Surroundings): boolean => link.connection !== null && link.connection.opened;
const whole = (life: Surroundings): boolean => open(life) && !life.link.connection!.broken && !life.link.connection!.silent;
const pendingWait = ({ clock, judge }: Surroundings): number => clock.wakeAt - judge.time;

export const clockRows: readonly Row<Surroundings>[] = [
    ['turn', 40, true, life => life.clock.wakeAt >= 0 && pendingWait(life) <= 0, ({ clock }) => clock.wake(0)],
    ['wake', 6, true, life => pendingWait(life) > 0, ({ clock }) => clock.wake(0)],
    ['wake late', 2, false, ({ clock }) => clock.wakeAt >= 0, ({ clock, script, judge }) => {
        judge.fault('late wake');
        // The last one: as if the board had slept, or its clock had jumped.
        clock.wake(1 + script.below(script.oneOf([100, 100, 3000, 3000, 3000, 3_600_000])));
    }],
    ['time passes', 10, true, life => pendingWait(life) > 1, life => {
        life.clock.pass(Math.min(pendingWait(life) - 1, life.script.below(life.script.oneOf([10, 500, 20000]))));
    }],
];

export const networkRows: readonly Row<Surroundings>[] = [
    ['link opens', 40, true, ({ link }) => link.reachable && link.connection !== null && !link.connection.opened, ({ link }) => link.succeed()],
    ['link does not open', 6, false, ({ link }) => link.connection !== null && !link.connection.opened, ({ link, judge }) => {
        judge.fault('link does not open');
        link.fail();
    }],
    ['bytes go up', 40, true, life => whole(life) && life.link.connection!.arrived < life.link.connection!.flushed,
        ({ link, script }) => link.carryUp(link.connection!, script.oneOf(PIECES))],
    ['bytes come down', 40, true, life => whole(life) && (life.link.connection!.down.length > 0 || life.link.connection!.ending),
        ({ link, script }) => link.carryDown(script.oneOf(PIECES))],
    ['link drains', 25, true, life => whole(life) && life.link.connection!.owesWritable, ({ link, script, settings }) => link.drain(1 + script.below(settings.capacity))],
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
    ['client learns of the cut', 15, true, life => open(life) && life.link.connection!.broken, ({ link }) => link.fail()],
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
    ['broker restarts', 1, false, () => true, life => restart(life, false)],
    ['broker restarts without its sessions', 1, false, () => true, life => restart(life, true)],
    ['broker ends the connection', 1, false, life => whole(life) && !life.link.connection!.ending, ({ link, broker, judge }) => {
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
    ['late answer', 6, true, ({ broker }) => broker.held.length > 0, ({ broker, script }) => broker.sendHeld(script.below(broker.held.length))],
    ['wrong answer', 3, false, life => whole(life) && life.client.state === CONNECTED && life.link.connection!.down.length === 0, wrongAnswer],
    ['no packet', 1, false, life => whole(life) && life.client.state === CONNECTED, ({ link, broker, script, judge }) => {
        judge.fault('bytes that are no packet');
        broker.sendBytes(link.connection!, null, Uint8Array.from(script.oneOf([[0xf0, 0], [0x20, 2, 0, 0], [0x42, 2, 0, 1], [0x40, 3, 0, 1, 0], [0x36, 5, 0, 1, 97, 0, 1], [0x82, 2, 0, 1], [0xff, 0xff, 0xff, 0xff, 0xff]])));
    }],
];

/** Ends what the broker has open; the client learns of it as of any cut. */
function restart({ link, broker, judge, script }: Surroundings, forgets: boolean): void {
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
function wrongAnswer(life: Surroundings): void {
    const { link, broker, witness, script, judge } = life;
    const connection = link.connection!;
    const { present, former } = life.identifiers();
    const identifiers = [...present, (present.at(-1) ?? 0) % 65535 + 1, 1 + script.below(65535), ...former];
    const messageId = script.oneOf(identifiers);
    const cmd = script.oneOf(['puback', 'suback', 'unsuback'] as const);
    if (!connection.accepted || connection.sent !== connection.delivered || witness.inFlight.get(messageId)?.answer === cmd) return;
    judge.fault(`wrong ${cmd.toUpperCase()}${former.includes(messageId) ? ' from before a power cut' : ''}`);
    broker.send(connection, cmd === 'puback' ? { cmd, messageId } : { cmd, messageId, granted: cmd === 'suback' ? [0] : [] });
    link.carryDown(100000);
}

export type NetworkEvent = readonly [name: string, event: () => void];

/** What link and broker do next if nothing goes wrong any more; null: all that can happen without time passing has. */
export function networkEvent({ link, broker, settings }: Surroundings): NetworkEvent | null {
    const { connection, former } = link;
    const goesThrough = connection && connection.opened && !connection.silent;
    return former && !former.broken && former.arrived < former.flushed ? ['former connection ends', () => link.carryUp(former, Infinity)]
        : connection && !connection.opened ? ['link opens', () => link.succeed()]
        : goesThrough && connection.broken ? ['client learns of the cut', () => link.fail()]
        : goesThrough && connection.arrived < connection.flushed ? ['bytes go up', () => link.carryUp(connection, Infinity)]
        : connection?.connackHeld && !connection.ending && goesThrough ? ['CONNACK after a while', () => broker.accept(connection)]
        : broker.held.length > 0 ? ['late answer', () => broker.sendHeld(0)]
        : goesThrough && (connection.down.length > 0 || connection.ending) ? ['bytes come down', () => link.carryDown(Infinity)]
        : goesThrough && connection.owesWritable ? ['link drains', () => link.drain(settings.capacity)]
        : null;
}
