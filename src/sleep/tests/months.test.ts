// Months of wakes: outages, brokers that refuse early packets, cuts of the link at any byte of an answer, cuts of the power before and after
// any change of a store. What was accepted arrives, in order, or is counted by the policy. One seed a life.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STOPPED } from '../../index.ts';
import { ScriptedBroker } from '../../session/tests/broker.ts';
import { VirtualPlatform, bytes } from '../../session/tests/world.ts';
import type { Store } from '../../store.ts';
import { DROP_NEWEST, DROP_OLDEST, MemoryStore, REFUSE, imageSize } from '../index.ts';
import { INTERVAL, boot, lasting } from './node.ts';

const DAY = 96; // wakes

class PowerCut extends Error {}

/** Numbers that look random: xorshift. */
class Dice {
    constructor(private state: number) {}

    bits(): number {
        this.state ^= this.state << 13;
        this.state ^= this.state >>> 17;
        this.state ^= this.state << 5;
        return this.state >>> 0;
    }

    below(limit: number): number {
        return this.bits() % limit;
    }

    /** True once in `times`. */
    once(times: number): boolean {
        return this.below(times) === 0;
    }
}

/** What all parts of a board have in common. Once it is cut nothing changes any more until the next start. */
class Power {
    private isCut = false;
    fails = true;

    constructor(private readonly dice: Dice) {}

    restore(): void {
        this.isCut = false;
    }

    /** It may fail now, once in `times`. */
    use(times: number): void {
        if (this.isCut || (this.fails && this.dice.once(times))) {
            this.isCut = true;
            throw new PowerCut();
        }
    }
}

/** Flash: a write is whole or absent, and the power may fail before or after it. */
class Flash implements Store {
    changes = 0;
    most = 0;
    private readonly memory: Uint8Array;
    private store: MemoryStore;

    constructor(size: number, private readonly power: Power) {
        this.memory = new Uint8Array(size);
        this.store = new MemoryStore(this.memory);
    }

    get count(): number {
        return this.store.count;
    }

    get recordSize(): number {
        return this.store.recordSize;
    }

    append(from: Uint8Array, start: number, end: number): boolean {
        let kept = false;
        this.change(() => {
            kept = this.store.append(from, start, end);
        });
        this.most = Math.max(this.most, this.count);
        return kept;
    }

    read(index: number, into: Uint8Array, start: number): number {
        return this.store.read(index, into, start);
    }

    drop(count: number): void {
        this.change(() => this.store.drop(count));
    }

    private change(act: () => void): void {
        this.power.use(400);
        this.changes++;
        act();
        // As another run of the program finds it.
        this.store = new MemoryStore(this.memory);
        this.power.use(400);
    }
}

interface Life {
    readonly accepted: number[];
    /** Payloads that the broker got, each the first time. */
    readonly arrived: number[];
    readonly duplicates: number;
    readonly givenUpByPolicy: number;
    readonly powerCuts: number;
    readonly cutLinks: number;
    readonly refusedEarly: number;
    readonly connections: number;
    readonly wakes: number;
    readonly flashChanges: number;
    readonly imageChanges: number;
    readonly mostHeld: number;
}

function live(seed: number, days: number, policy: number): Life {
    const dice = new Dice(seed * 2654435761 | 1);
    const broker = new ScriptedBroker();
    const power = new Power(dice);
    const messages = new Flash(300, power);
    const image = new Flash(2 * (imageSize(0, 8) + 4), power);
    const likesHaste = !dice.once(3);
    const options = {
        store: messages, image, policy, window: 1 + dice.below(8), timeLimit: 8000, attempts: 1 + dice.below(3),
        ...dice.once(2) ? { batchCount: 1 + dice.below(6), maximumAge: 8 * INTERVAL } : {},
        maximumPause: 8 * INTERVAL,
    };
    const accepted: number[] = [];
    let [givenUpByPolicy, powerCuts, cutLinks, refusedEarly, connections, number, outage] = [0, 0, 0, 0, 0, 0, 0];
    let calm = false;
    let clean = true;
    let node = start();

    function start() {
        for (;;) {
            const platform = new VirtualPlatform();
            power.restore();
            const origin = dice.bits();
            platform.clock = time => (time + origin) | 0;
            platform.random = () => dice.bits();
            try {
                return boot(lasting(), options, {}, platform);
            } catch (error) {
                if (!(error instanceof PowerCut)) throw error;
                powerCuts++;
            }
        }
    }

    /** New RAM: `cut` or asleep. */
    function restart(cut: boolean): void {
        if (cut) powerCuts++;
        givenUpByPolicy += node.cycle.outbox.dropped;
        node = start();
    }

    /** The session catches what its callbacks throw: the power is gone all the same. */
    function checkPower(): void {
        if (node.platform.errors.length) throw node.platform.errors.find(error => !(error instanceof PowerCut)) ?? new PowerCut();
        power.use(2000);
    }

    function breakLink(): void {
        cutLinks++;
        node.transport.breaks();
    }

    /** The node is awake: until it is asleep again. */
    function converse(): void {
        const { platform, transport, cycle, client } = node;
        for (let rounds = 0; cycle.awake; rounds++) {
            assert.ok(rounds < 1000, 'a wake ends');
            platform.turn();
            checkPower();
            if (!transport.owner) {
                platform.pass(Math.max(0, platform.pending));
                clean = true;
                continue;
            }
            if (clean) {
                clean = false;
                if (outage > 0) {
                    breakLink();
                    continue;
                }
                connections++;
                broker.accept();
                transport.opened();
            }
            // Half of the time what was sent arrives as a whole, else a part of it, and the link is gone.
            const sent = bytes(transport.take());
            const cut = !calm && sent.length > 0 && dice.once(12) ? dice.below(sent.length + 1) : -1;
            if (!likesHaste && broker.packets.length === 0 && sent.length > 17) {
                refusedEarly++;
                breakLink();
                continue;
            }
            broker.receive(cut < 0 ? sent : sent.slice(0, cut));
            if (client.state === STOPPED) continue;
            if (cut >= 0) {
                breakLink();
                continue;
            }
            const answer = broker.answer();
            if (!calm && answer.length > 0 && dice.once(12)) {
                transport.sends(...answer.slice(0, dice.below(answer.length + 1)));
                if (transport.owner) breakLink();
            } else if (answer.length > 0 && (calm || !dice.once(30))) transport.sends(...answer);
            else platform.pass(Math.min(500, Math.max(0, platform.pending)));
            checkPower();
        }
    }

    function wake(): void {
        try {
            for (let readings = calm ? 0 : 1 + dice.below(2); readings > 0; readings--) {
                const reading = number++;
                if (node.add(String(reading))) accepted.push(reading);
                checkPower();
            }
            node.cycle.wake(dice.once(50));
            clean = true;
            converse();
            if (dice.once(3)) node.platform.pass(INTERVAL);
            else restart(false);
        } catch (error) {
            if (!(error instanceof PowerCut)) throw error;
            restart(true);
        }
    }

    for (let count = 0; count < days * DAY; count++) {
        if (outage > 0) outage--;
        else if (dice.once(5 * DAY)) outage = dice.below(DAY);
        wake();
    }
    // All is well from now on.
    calm = true;
    outage = 0;
    power.fails = false;
    let rounds = 0;
    while (messages.count > 0) {
        assert.ok(rounds++ < 100, `${messages.count} messages stay where they are`);
        wake();
    }
    givenUpByPolicy += node.cycle.outbox.dropped;
    const all = broker.seen.map(({ payload }) => Number(payload));
    const arrived = [...new Set(all)];
    return {
        accepted, arrived, duplicates: all.length - arrived.length, givenUpByPolicy, powerCuts, cutLinks, refusedEarly, connections,
        wakes: days * DAY + rounds, flashChanges: messages.changes, imageChanges: image.changes, mostHeld: messages.most,
    };
}

const names = ['REFUSE', 'DROP_NEWEST', 'DROP_OLDEST'];
for (const policy of [REFUSE, DROP_NEWEST, DROP_OLDEST]) {
    test(`${names[policy]}: over months every message that was accepted arrives, in order, or is counted`, () => {
        const total: Record<string, number> = {};
        for (let seed = 1; seed <= 4; seed++) {
            const life = live(seed * 3 + policy, 30, policy);
            const known = new Set(life.arrived);
            const missing = life.accepted.filter(reading => !known.has(reading));
            assert.ok(missing.length <= life.givenUpByPolicy, `seed ${seed}: ${missing.length} are missing, and ${life.givenUpByPolicy} counted: ${missing.slice(0, 9).join()}`);
            if (policy === REFUSE) assert.is(life.givenUpByPolicy, 0);
            assert.equal(life.arrived, life.arrived.slice().sort((a, b) => a - b), `seed ${seed}: in order`);
            for (const [name, figure] of Object.entries({ ...life, accepted: life.accepted.length, arrived: life.arrived.length })) total[name] = (total[name] ?? 0) + figure;
        }
        console.log(JSON.stringify(total));
        for (const name of ['powerCuts', 'cutLinks', 'refusedEarly', 'duplicates']) assert.ok(total[name] > 5, `${name} happens`);
        if (policy !== REFUSE) assert.ok(total.givenUpByPolicy > 50, 'the store is full at times');
    });
}

test.run();
