// The soak: a few seconds of it with every kind of device, and each of its rules against a course of events that breaks it.
import { generate } from 'mqtt-packet';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { xsEngine } from '../boards/xs/build.ts';
import { findMosquitto } from '../host/mosquitto.ts';
import { AT_MOST_ONCE, CLEAN, Inlet, KEPT } from '../host/soak/inlet.ts';
import { judgeMemory } from '../host/soak/memory.ts';
import { PAYLOAD_SIZE, readPayload, writePayload } from '../host/soak/payload.ts';
import { soak } from '../host/soak/soak.ts';
import { PublishTap } from '../host/soak/tap.ts';

const engine = await xsEngine();
if (!engine.available) console.log(`SKIPPED: the board of the soak, because ${engine.because}`);
const mosquitto = findMosquitto();
if ('unavailable' in mosquitto) console.log(`SKIPPED: the soak with Mosquitto, because ${mosquitto.unavailable}`);

for (const broker of 'unavailable' in mosquitto ? ['aedes'] : ['aedes', 'mosquitto']) {
    test(`one storm and what follows with ${broker}: nothing is lost, repeated without a reason, stuck or left open`, async () => {
        const result = await soak({ minutes: 0, seed: 11, storm: 2, broker, program: engine.available ? engine.path : null, say: () => {} });
        assert.equal(result.faults, []);
        assert.is(result.devices.length, engine.available ? 5 : 4);
        assert.ok(result.published[1] > 20 && result.received > 100, `only ${result.published[1]} messages`);
        assert.ok(result.weather.size > 3);
    });
}

/** What an inlet makes of these numbers; 'connected' stands for a new connection. */
function heard(kind: number, ...events: (number | 'connected')[]): string[] {
    const told: string[] = [];
    const inlet = new Inlet('x', kind, { onRepeat: (_from, number) => told.push(`repeat ${number}`), onFault: (text) => told.push(text) });
    for (const event of events) {
        if (event === 'connected') inlet.connected();
        else inlet.take(event);
    }
    return told;
}

test('a kept session misses nothing, in order, and repeats only what came before its own connection ended', () => {
    assert.equal(heard(KEPT, 1, 2, 3, 'connected', 2, 3, 4), []);
    assert.equal(heard(KEPT, 1, 3), ['message 3 from x comes before 2']);
    assert.equal(heard(KEPT, 1, 'connected', 3), ['message 3 from x comes before 2']);
    assert.equal(heard(KEPT, 1, 'connected', 2, 2), ['repeat 2']);
    assert.equal(heard(KEPT, -1), ['a damaged message from x']);
});

test('a clean session may miss what came between two connections, nothing else', () => {
    assert.equal(heard(CLEAN, 5, 6, 'connected', 9, 10), []);
    assert.equal(heard(CLEAN, 5, 7), ['message 7 from x comes before 6']);
});

test('QoS 0 comes at most once, and never late', () => {
    assert.equal(heard(AT_MOST_ONCE, 1, 4, 'connected', 9), []);
    assert.equal(heard(AT_MOST_ONCE, 1, 'connected', 1), ['QoS 0 message 1 from x comes after 1']);
});

/** What a tap says to these connections of a device: numbers, negative with DUP. */
function tapped(cleanSession: boolean, ...connections: number[][]): string[] {
    const told: string[] = [];
    const tap = new PublishTap('t', cleanSession, (text) => told.push(text));
    for (const numbers of connections) {
        const feed = tap.connection();
        for (const number of numbers) {
            feed(generate({ cmd: 'publish', topic: 't', payload: String(Math.abs(number)).padStart(8, '0'), qos: 1, messageId: 1, dup: number < 0, retain: false }));
        }
    }
    return told;
}

test('a device sends again on another connection only, with DUP, or without to a clean session', () => {
    assert.equal(tapped(false, [1, 2, 3], [-2, -3, 4]), []);
    assert.equal(tapped(false, [1, 2, -2]), ['sends 2 after 2 on one connection']);
    assert.equal(tapped(false, [1, 3]), ['sends 3 after 1: one is left out']);
    assert.equal(tapped(false, [1, 2], [2]), ['sends 2 without DUP']);
    assert.equal(tapped(true, [1, 2], [2, 3]), []);
    assert.equal(tapped(true, [1, 2], [-2]), ['sends 2 with DUP']);
});

test('a payload is read as it was written, and damage to any byte shows', () => {
    const bytes = new Uint8Array(PAYLOAD_SIZE);
    for (const number of [1, 40, 41, 123456, 99999999]) {
        const end = writePayload(bytes, number);
        assert.is(readPayload(bytes, 0, end), number);
        assert.is(readPayload(bytes, 0, end - 1), -1);
        for (let at = 0; at < end; at++) {
            bytes[at] ^= 0x40;
            assert.is(readPayload(bytes, 0, end), -1);
            bytes[at] ^= 0x40;
        }
    }
});

/** Whether a process is found to break a promise that holds `value(index)` of `what` in each of 200 calms, `hours` in all. */
function found(process: string, what: string, hours: number, value: (index: number) => number): boolean {
    const holdings = Array.from({ length: 200 }, (_, index) => ({ hours: hours * index / 200, held: { [what]: value(index) } }));
    const [{ broken, allowance }] = judgeMemory(new Map([[process, holdings]]));
    assert.ok(!broken || allowance !== null);
    return broken;
}

test('memory that rises is found behind its noise, once what fills up is full; in a short time it is not judged', () => {
    const rising = (perHour: number) => (index: number) => 4e6 + perHour * index / 200 + (index * 7919) % 1000 * 10;
    for (const what of ['heapBytes', 'externalBytes']) {
        assert.not(found('full', what, 1, rising(0)));
        assert.ok(found('full', what, 1, rising(50_000)));
        assert.not(found('full', what, 0.3, rising(50_000)), 'nine minutes say nothing');
        assert.not(found('full', what, 1, (index) => 4e6 + Math.min(index, 90) * 10_000), 'it rose at first');
        assert.not(found('harness', what, 1, rising(50_000)), 'which is no device');
    }
});

test('a board may not grow by a slot or a byte once it has made all that is made once', () => {
    for (const what of ['slots', 'chunkBytes']) {
        assert.not(found('board', what, 0.01, (index) => Math.min(index, 2)));
        assert.ok(found('board', what, 0.01, (index) => (index < 199 ? 5 : 6)));
    }
});

test.run();
