// The end of every life of a node that sleeps: nothing goes wrong any more. Within wakes that follow from its options everything must be
// delivered, both ways.
import { networkEvent } from '../network-actions.ts';
import { count } from '../coverage.ts';
import type { SleepingLife } from './life.ts';
import { memories } from './memories.ts';
import { FLASH_PAGE } from './settings.ts';

/** Events of one wake; more of them is an endless loop. A transport may take a few bytes at a time. */
const MOST_EVENTS = 50_000;
/** Urgent wakes that deliver what is left: one for each thing that an earlier one may have had to learn. */
const URGENT_WAKES = 4;
/** PUBACKs that a client sends on a connection at least, whatever the transport takes. */
const PUBACKS_AT_ONCE = 8;

/** One wake from its beginning to its end; first what is left of the present one. */
function wake(life: SleepingLife, urgent: boolean): void {
    const { clock, judge } = life;
    const sleep = (): void => {
        for (let events = 0; !life.asleep && !judge.violation; events++) {
            if (events > MOST_EVENTS) return judge.fail('progress', 'a wake without end');
            const next = networkEvent(life);
            if (next) life.act(next[0], next[1]);
            else life.act('wake', () => life.clock.wake(0));
        }
    };
    sleep();
    judge.require(clock === life.clock, 'progress', 'the board starts again although nothing fails');
    if (judge.violation) return;
    life.act('the board wakes', () => life.wakeUp(0, urgent, 0));
    sleep();
}

function isDone({ books, broker, settings }: SleepingLife): boolean {
    return books.held.length === 0 && (!settings.listens || !broker.session?.outgoing.length);
}

export function calmDown(life: SleepingLife): void {
    const { judge, settings, broker, up, down, books, memory, link } = life;
    const { interval, maximumPause, maximumAge, batchCount, listens } = settings;
    judge.note('event', 'from here on nothing goes wrong');
    life.power.restore();
    life.outage = 0;
    link.reachable = true;
    // A pause that began before, and the longest that a batch may gather; then what it takes to learn, of the broker's haste for instance.
    const patience = Math.ceil((maximumPause + (maximumAge ?? 0)) / Math.max(1, interval)) + 3 + URGENT_WAKES;
    const backlog = Math.ceil((broker.session?.outgoing.length ?? 0) / PUBACKS_AT_ONCE);
    for (let wakes = 0; wakes < patience && !isDone(life) && !judge.violation; wakes++) wake(life, false);
    const mayWait = maximumAge === undefined && books.held.length < batchCount;
    judge.require(books.held.length === 0 || mayWait, 'progress', `${books.held.length} messages are held after ${patience} wakes without faults`);
    for (let wakes = 0; wakes < URGENT_WAKES + backlog && !isDone(life) && !judge.violation; wakes++) wake(life, true);
    judge.require(books.held.length === 0, 'progress', `${books.held.length} messages are held after ${URGENT_WAKES} urgent wakes without faults`);
    if (judge.violation) return;
    life.requireDelivery(up.entries);
    const left = broker.session?.outgoing[0];
    if (listens && left) judge.fail('progress', `message ${left.entry.number} from the broker is not acknowledged`);
    if (listens) for (const { number, qos, excused, deliveries } of down.entries) judge.require(qos === 0 || excused || deliveries > 0, 'delivered', `message ${number} from the broker did not arrive`);
    const rubbish = memory.rubbish();
    judge.require(rubbish === '', 'bound', `nothing is held, and there is ${rubbish}`);
    // Flash has pages of so many bytes: the others are smaller so that a store fills up in hours.
    if (settings.page !== FLASH_PAGE) return;
    const { name } = memories[settings.memory];
    const { wear, sleeps } = judge.coverage;
    count(wear, `${name} | lives`);
    count(wear, `${name} | wakes`, sleeps.get('wakes'));
    count(wear, `${name} | messages`, up.entries.filter(({ deliveries }) => deliveries > 0).length);
    count(wear, `${name} | erases`, memory.erases());
}
