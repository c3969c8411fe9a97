// One machine for a client and its maker: whose deadline comes is woken, once, and nobody else.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualPlatform } from '../../session/tests/world.ts';
import { SharedPlatform } from '../shared-platform.ts';

function machine() {
    const host = new VirtualPlatform();
    const woken: string[] = [];
    const tell = (name: string) => ({ onWake: () => void woken.push(`${name} at ${host.time}`) });
    const shared = new SharedPlatform(host, tell('maker'));
    shared.attach(tell('client'));
    return { host, shared, woken };
}

test('each is woken when its own time has come, and then no more', () => {
    const { host, shared, woken } = machine();
    shared.wakeAfter(30);
    shared.wakeOwn(20);
    host.pass(100);
    assert.equal(woken, ['maker at 20', 'client at 30']);
    assert.is(host.wakes, 2);
    shared.wakeOwn(30);
    shared.wakeAfter(20);
    host.pass(100);
    assert.equal(woken.slice(2), ['client at 120', 'maker at 130']);
    assert.is(host.wakes, 4);
    assert.is(host.pending, -1);
});

test('at the same time both are, the maker first, each in a turn of its own', () => {
    const { host, shared, woken } = machine();
    shared.wakeAfter(20);
    shared.wakeOwn(20);
    host.pass(100);
    assert.equal(woken, ['maker at 20', 'client at 20']);
    assert.is(host.wakes, 2);
});

test('a machine that wakes early wakes nobody, and wakes again in time', () => {
    const { host, shared, woken } = machine();
    for (const ask of [(ms: number) => shared.wakeAfter(ms), (ms: number) => shared.wakeOwn(ms)]) {
        ask(20);
        host.wakeAfter(19);
        host.pass(19);
        assert.equal(woken.splice(0), []);
        assert.is(host.pending, 1);
        host.pass(1);
        assert.is(woken.splice(0).length, 1);
    }
});

test('a wake that is called off does not come, and the machine has none pending', () => {
    const { host, shared, woken } = machine();
    shared.wakeAfter(20);
    shared.wakeOwn(30);
    shared.wakeAfter(-1);
    assert.is(host.pending, 30);
    shared.wakeAfter(20);
    shared.wakeOwn(-1);
    assert.is(host.pending, 20);
    shared.wakeAfter(-1);
    assert.is(host.pending, -1);
    host.pass(100);
    assert.equal(woken, []);
});

test('a time that is over already is the present', () => {
    const { host, shared, woken } = machine();
    shared.wakeAfter(20);
    host.sleep(50);
    shared.wakeOwn(10);
    assert.is(host.pending, 0);
    host.pass(100);
    assert.equal(woken, ['client at 50', 'maker at 60']);
});

test.run();
