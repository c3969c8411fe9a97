// The host's part of each scenario of ../suites: breaks the link or publishes when the device reports, then judges what the
// device reported against what the observer and the tap on the link saw.
import assert from 'node:assert/strict';
import { BAD_USER_NAME_OR_PASSWORD, CONNECTION_LOST, CONNECT_FAILED, NOT_AUTHORIZED, PINGRESP_TIMEOUT } from '../../src/index.ts';
import { Observer } from './observer.ts';
import { user } from './stage.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

export type Director = (stage: Stage) => Promise<void>;

/** The counters of the last line, once the last connection has gone too. */
export async function done(stage: Stage): Promise<string> {
    const line = await stage.reported('done');
    await until('the device\'s connection is gone', () => stage.proxy.current?.ended === true);
    return line.slice('done '.length);
}

/** Each of these lines once, whatever their order: a broker may send a message once for each filter that matches it. */
function distinct(stage: Stage, included: RegExp): string[] {
    return [...new Set(stage.lines.filter((line) => included.test(line)))].sort();
}

/** Why connections ended, in order. */
function reasons(stage: Stage): number[] {
    return stage.lines.filter((line) => line.startsWith('state 1 ')).map((line) => Number(line.slice(8))).filter((reason) => reason > 0);
}

const large = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 31 + (index >> 5)) & 0xff));
const sumOfLarge = large.reduce((sum, byte, index) => (sum + byte * (index % 251 + 1)) % 65521, 0);

export const directors: Readonly<Record<string, Director>> = {
    async publish(stage) {
        assert.deepEqual(await done(stage), 'connections 1 sent 2 acknowledged 1 received 0 skipped 0 safe true');
        assert.deepEqual(stage.lines.filter((line) => line.startsWith('state')), ['state 1 0', 'state 2 0', 'state 3 0', 'state 4 0', 'state 5 0', 'state 0 16']);
        await stage.observer.sees(`${stage.prefix}/data`, 'one');
        assert.deepEqual([stage.seen('data', 0), stage.seen('data', 1)], [['zero'], ['one']]);
        assert.deepEqual(stage.packets(0), ['connect', 'publish', 'publish', 'disconnect']);
    },

    async empty(stage) {
        assert.deepEqual(await done(stage), 'connections 1 sent 1 acknowledged 1 received 1 skipped 0 safe true');
        assert.ok(stage.lines.includes('subscriber heard empty "" qos 1'));
        assert.deepEqual(stage.seen('empty'), ['']);
    },

    async burst(stage) {
        assert.deepEqual(await done(stage), 'connections 1 sent 100 acknowledged 100 received 0 skipped 0 safe true');
        assert.ok(stage.lines.includes('refused some'));
        await stage.observer.sees(`${stage.prefix}/burst`, 'reading 99');
        assert.deepEqual(stage.seen('burst'), Array.from({ length: 100 }, (_, index) => `reading ${index}`));
    },

    async will(stage) {
        const wills = (): number => stage.observer.messages.filter(({ topic }) => topic === `${stage.prefix}/will`).length;
        await stage.reported('ready');
        assert.deepEqual(wills(), 0);
        stage.cut('rst');
        await stage.observer.sees(`${stage.prefix}/will`, 'gone');
        await stage.reported('ready', 2);
        await stage.publish('go', '');
        await done(stage);
        assert.deepEqual(stage.packets(1).at(-1), 'disconnect');
        // The broker, which has ended that connection by now, publishes in order.
        await stage.publish('marker', 'later');
        await stage.observer.sees(`${stage.prefix}/marker`, 'later');
        assert.deepEqual(wills(), 1);
    },

    async retain(stage) {
        assert.deepEqual(await done(stage), 'connections 1 sent 3 acknowledged 3 received 3 skipped 0 safe true');
        assert.deepEqual(stage.lines.filter((line) => line.startsWith('subscriber')), [
            'subscriber heard state "kept" qos 1 retained', 'subscriber heard state "live" qos 1', 'subscriber heard state "" qos 1',
        ]);
        const late = await Observer.connect({ port: stage.brokerPort, filter: `${stage.prefix}/state`, user });
        await late.publish(`${stage.prefix}/state`, 'probe');
        await late.sees(`${stage.prefix}/state`, 'probe');
        late.close();
        assert.deepEqual(late.messages.map(({ payload, retain }) => [payload, retain]), [['probe', false]], 'nothing is retained any more');
    },

    async 'stop in the middle'(stage) {
        assert.deepEqual(await done(stage), 'connections 2 sent 5 acknowledged 5 received 0 skipped 0 safe true');
        const own = stage.lines.filter((line) => !line.startsWith('done'));
        assert.deepEqual(own.slice(0, 3), ['state 1 0', 'state 0 16', 'state 1 0'], 'stopped before it was connected');
        const stopping = own.indexOf('stopping');
        assert.deepEqual(own.slice(stopping - 1, stopping + 3), ['state 5 0', 'stopping', 'state 0 16', 'stopped safe false'], 'nothing else is reported once it stops');
        const publishes = Array.from({ length: 5 }, () => 'publish');
        assert.deepEqual(stage.packets(0), ['connect', ...publishes, 'disconnect']);
        assert.deepEqual(stage.packets(1), ['connect', ...publishes.map((name) => `${name} dup`), 'disconnect']);
        await stage.observer.sees(`${stage.prefix}/data`, 'reading 4');
        assert.deepEqual(stage.seen('data'), [0, 1, 2, 3, 4].map((index) => `reading ${index}`));
    },

    async wildcards(stage) {
        await stage.reported('ready');
        for (const [name, payload] of [['kitchen/temp', 'a'], ['room', 'b'], ['room/a/b', 'c'], ['exact', 'd'], ['room/temp', 'e'], ['a/b/temp', 'f'], ['rooms', 'g'], ['exact/no', 'h'], ['go', '']]) {
            await stage.publish(name, payload);
        }
        await done(stage);
        assert.deepEqual(distinct(stage, /heard/), [
            'all levels heard room "b" qos 1', 'all levels heard room/a/b "c" qos 1', 'all levels heard room/temp "e" qos 1',
            'one level heard kitchen/temp "a" qos 1', 'one level heard room/temp "e" qos 1',
            'other heard exact "d" qos 1',
        ]);
    },

    async dollar(stage) {
        await stage.reported('ready');
        // aedes tells of every client, Mosquitto retains its figures.
        (await Observer.connect({ port: stage.brokerPort, user })).close();
        await stage.reported('a message of $SYS');
        await stage.publish('any', 'thing');
        await stage.publish('go', '');
        await done(stage);
        assert.deepEqual(distinct(stage, /#/), ['# heard any "thing" qos 0', '# heard go "" qos 0']);
    },

    async 'stream large'(stage) {
        await stage.reported('ready');
        await stage.publish('large', large);
        await stage.publish('go', '');
        assert.deepEqual(await done(stage), 'connections 1 sent 0 acknowledged 0 received 2 skipped 0 safe true');
        assert.deepEqual(stage.lines.filter((line) => /large|piece/.test(line)), [`large 5000 sum ${sumOfLarge} in pieces`]);
        assert.deepEqual(stage.packets(0).filter((name) => name === 'puback').length, 2);
    },

    async 'skip large'(stage) {
        await stage.reported('ready');
        await stage.publish('large', large);
        await stage.publish('go', '');
        assert.deepEqual(await done(stage), 'connections 1 sent 0 acknowledged 0 received 1 skipped 1 safe true');
        assert.deepEqual(stage.lines.filter((line) => /large|piece/.test(line)), []);
        assert.deepEqual(stage.packets(0).filter((name) => name === 'puback').length, 2);
    },

    async reconnect(stage) {
        await stage.reported('acknowledged 1');
        stage.cut('fin');
        await stage.reported('acknowledged 2');
        stage.cut('rst');
        await stage.reported('acknowledged 3');
        stage.proxy.current?.set({ up: { dropped: true }, down: { dropped: true } });
        assert.deepEqual(await done(stage), 'connections 4 sent 4 acknowledged 4 received 0 skipped 0 safe true');
        assert.deepEqual(reasons(stage), [CONNECTION_LOST, CONNECTION_LOST, PINGRESP_TIMEOUT]);
        assert.deepEqual(stage.packets(2).at(-1), 'pingreq');
        await stage.observer.sees(`${stage.prefix}/data`, 'link 4');
        assert.deepEqual(stage.seen('data'), ['link 1', 'link 2', 'link 3', 'link 4']);
    },

    async 'clean session'(stage) {
        await stage.reported('subscribed');
        stage.cut('rst');
        await stage.reported('subscribed', 2);
        await stage.publish('orders', 'end');
        assert.deepEqual(await done(stage), 'connections 2 sent 0 acknowledged 0 received 1 skipped 0 safe true');
        assert.deepEqual(stage.packets(0), ['connect', 'subscribe']);
        assert.deepEqual(stage.packets(1), ['connect', 'subscribe', 'puback', 'disconnect']);
    },

    async 'kept session'(stage) {
        await stage.reported('subscribed');
        stage.proxy.refuse();
        stage.cut('fin');
        await stage.reported(`state 1 ${CONNECT_FAILED}`);
        await stage.publish('orders', 'while away');
        await stage.proxy.accept();
        await stage.reported('subscriber heard orders "while away" qos 1');
        await stage.publish('orders', 'end');
        await done(stage);
        assert.deepEqual(stage.packets(0), ['connect', 'subscribe']);
        assert.ok(!stage.packets(1).includes('subscribe'));
        assert.deepEqual(stage.proxy.connections.length, 2);
        assert.deepEqual(reasons(stage)[0], CONNECTION_LOST);
    },

    async credentials(stage) {
        assert.deepEqual(await done(stage), 'connections 1 sent 1 acknowledged 1 received 0 skipped 0 safe true');
        assert.ok(stage.lines.includes('asked 2'));
        const [refused, ...others] = reasons(stage);
        assert.ok(refused === BAD_USER_NAME_OR_PASSWORD || refused === NOT_AUTHORIZED, `refused with ${refused}`);
        assert.deepEqual(others, []);
        await stage.observer.sees(`${stage.prefix}/data`, 'patient');
        assert.deepEqual(stage.observer.messages.length, 1);
    },
};
