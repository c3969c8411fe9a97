// The host's part of the scenarios that only boards of the bench play (../suites/endurance.ts), as directors.ts has it for the others.
import assert from 'node:assert/strict';
import { directors as directorsOfStage, done } from './directors.ts';
import type { Director } from './directors.ts';
import { until } from './until.ts';

/** How often the device sent `packet` on its connection `number`. */
const countOf = (packets: readonly string[], packet: string): number => packets.filter(name => name === packet).length;

export const directors: Readonly<Record<string, Director>> = {
    ...directorsOfStage,

    async connect(stage) {
        assert.equal(await done(stage), 'connections 1 sent 0 acknowledged 0 received 0 skipped 0 safe true');
        assert.deepEqual(stage.packets(0), ['connect', 'disconnect']);
    },

    async 'keep-alive'(stage) {
        await stage.reported('ready');
        await until('the device has sent two pings', () => countOf(stage.packets(0), 'pingreq') >= 2);
        await stage.publish('go', '');
        await done(stage);
        assert.equal(stage.proxy.connections.length, 1);
    },

    async cuts(stage) {
        await done(stage);
        const faults = ['cut fin', 'cut rst', 'cut inside', 'cut before', 'refuse', 'drop', 'stall', 'delay', 'split'];
        await stage.observer.sees(`${stage.prefix}/data`, 'after split');
        assert.deepEqual(stage.seen('data'), faults.map(name => `after ${name}`));
        const resent = stage.proxy.connections.some((_, number) => stage.packets(number).includes('publish dup'));
        assert.ok(resent, 'what was under way when the link broke is sent again as a duplicate');
    },

    async steady(stage) {
        assert.equal(await done(stage), 'connections 1 sent 1000 acknowledged 1000 received 1000 skipped 0 safe true');
        const last = '0999 of a thousand';
        await stage.observer.sees(`${stage.prefix}/echo`, last);
        assert.equal(stage.seen('echo').length, 1000);
    },

    async rate(stage) {
        await done(stage);
        const seen = (qos: number): number => stage.observer.messages.filter(message => message.qos === qos).length;
        await until('all messages are through', () => seen(0) === 300 && seen(1) === 301);
    },

    async 'power cut'(stage) {
        assert.equal(await done(stage), 'connections 1 sent 1 acknowledged 1 received 0 skipped 0 safe true');
        assert.deepEqual(stage.seen('data'), ['before', 'after']);
        assert.deepEqual(stage.packets(0), ['connect', 'publish'], 'no DISCONNECT: it did not know');
    },

    async 'deep sleep'(stage) {
        assert.equal(await done(stage), 'connections 1 sent 1 acknowledged 1 received 1 skipped 0 safe true');
        assert.ok(stage.lines.includes('asleep safe true'));
        assert.ok(stage.lines.includes('subscriber heard orders "while asleep" qos 1'));
        assert.deepEqual(stage.seen('data'), ['wake 0', 'wake 1']);
        assert.equal(stage.packets(0).at(-1), 'disconnect', 'before it sleeps');
    },
};
