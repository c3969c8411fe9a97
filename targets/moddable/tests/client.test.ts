// ECMA-419's MQTT client class (ECMA-419, "MQTT Client Class Pattern") on the virtual board, over real TCP to a scripted broker: what
// an application written for Moddable's own client sees, and what goes over the wire for it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import type { IPublishPacket } from 'mqtt-packet';
import { bundleForBoard } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, bootScript, engine } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { ScriptedBroker } from '../../../hardware-tests/host/scripted-broker.ts';
import type { ScriptedConnection } from '../../../hardware-tests/host/scripted-broker.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { root } from '../../../scripts/root.ts';
import { CONNECTION_LOST, NAME_NOT_RESOLVED } from '../../../src/reasons.ts';
import { WAITING } from '../../../src/session/states.ts';
import { startRecordPeer } from './record-peer.ts';

const script = engine.available ? await bundleForBoard(join(root, 'targets', 'moddable', 'tests', 'client-board.ts')) : '';

const CONNACK = 2;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const PINGREQ = 12;
const DISCONNECT = 14;

interface Scene {
    readonly broker: ScriptedBroker;
    /** Has the board do `verb`, and returns what came of it, '' for nothing. */
    tell(verb: string, value?: unknown): Promise<string>;
    /** What the callbacks and calls said, from the first line that was not asked for before. */
    events(): string[];
    /** Waits for a line that starts so, past or to come, and returns all up to it that were not asked for before. */
    hears(start: string): Promise<string[]>;
    /** Takes the next connection as far as CONNACK. */
    accept(sessionPresent?: boolean): Promise<ScriptedConnection>;
}

/** Boots a board and a broker, lets `play` go on, and ends both: the board must end in order. */
async function stage(options: object, play: (scene: Scene) => Promise<void>, more: { readonly closeWhen?: string; readonly tls?: boolean } = {}): Promise<void> {
    const broker = await ScriptedBroker.start();
    const peer = await startRecordPeer(broker.port);
    const board = bootScript(script, { port: more.tls ? peer.port : broker.port, options, ...more });
    let seen = 0;
    const isEvent = (line: string): boolean => !line.startsWith('done ');
    const tell = async (verb: string, value?: unknown): Promise<string> => {
        const line = value === undefined ? verb : `${verb} ${JSON.stringify(value)}`;
        const before = board.lines.length;
        board.send(line);
        await until(`the board has done '${line}'`, () => board.lines.slice(before).includes(`done ${line}`));
        // The board says it in the same turn, right before that it is done.
        const answer = board.lines[board.lines.indexOf(`done ${line}`, before) - 1];
        return /^(?:wrote |read |filled |taken |\w*Error: )/.test(answer) ? answer : '';
    };
    const events = (): string[] => {
        const from = seen;
        seen = board.lines.length;
        return board.lines.slice(from).filter(isEvent);
    };
    const hears = async (start: string): Promise<string[]> => {
        const at = (): number => board.lines.findIndex((line, index) => index >= seen && line.startsWith(start));
        await until(`the board says '${start}' behind ${JSON.stringify(board.lines.slice(seen))}`, () => at() >= 0);
        const from = seen;
        seen = at() + 1;
        return board.lines.slice(from, seen).filter(isEvent);
    };
    const accept = async (sessionPresent = false): Promise<ScriptedConnection> => {
        const connection = await broker.next();
        await connection.receive('connect');
        connection.send({ cmd: 'connack', returnCode: 0, sessionPresent });
        return connection;
    };
    try {
        await hears('ready ');
        await play({ broker, tell, events, hears, accept });
        board.send('exit');
        assert.equal(await board.end, { code: 0, errors: '' });
    } finally {
        await board.stop();
        await peer.stop();
        await broker.stop();
    }
}

const publish = (topic: string, payload: string | Buffer, qos: 0 | 1 = 0, messageId = 1): IPublishPacket => ({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, messageId });

boardTest('CONNECT says what the options say, milliseconds rounded up to seconds', () => stage({
    host: 'broker.test', id: 'thermometer', user: 'me', password: 'secret', keepAlive: 59001, clean: false,
    will: { topic: 'gone', message: 'bye', QoS: 2, retain: true },
}, async ({ broker }) => {
    const connect = await (await broker.next()).receive('connect');
    assert.is(connect.clientId, 'thermometer');
    assert.is(connect.username, 'me');
    assert.equal(connect.password, Buffer.from('secret'));
    assert.is(connect.keepalive, 60);
    assert.is(connect.clean, false);
    assert.is(connect.will?.topic, 'gone');
    assert.is(String(connect.will?.payload), 'bye');
    assert.is(connect.will?.qos, 2);
    assert.is(connect.will?.retain, true);
}));

boardTest('without options: a clean session, no keep-alive, no will, no user', () => stage({ id: '' }, async ({ broker }) => {
    const connect = await (await broker.next()).receive('connect');
    assert.equal([connect.clientId, connect.clean, connect.keepalive, connect.will, connect.username], ['', true, 0, undefined, undefined]);
}));

boardTest('write before CONNACK throws; then onControl and onWritable come, in this order', () => stage({}, async ({ tell, hears, accept }) => {
    assert.is(await tell('write', { topic: 'a', data: 'b' }), 'Error: motemq: write before CONNACK');
    await accept();
    assert.equal(await hears('onWritable'), [
        'Error: motemq: write before CONNACK',
        `onControl {"operation":${CONNACK},"returnCode":0,"sessionPresent":false}`, 'onWritable 1474',
    ]);
}));

boardTest('a message fits whose topic and payload have as many bytes as onWritable says; for a larger one write throws and takes nothing', () => stage({}, async ({ tell, hears, accept }) => {
    const connection = await accept();
    await hears('onWritable 1474');
    assert.is(await tell('write', { topic: 'abcd', data: 1475, QoS: 1 }), 'Error: motemq: overflow');
    assert.is(await tell('write', { topic: 'abcd', data: 1470, QoS: 1 }), 'wrote 0');
    const { payload, messageId } = await connection.receive('publish');
    assert.is(payload.length, 1470);
    connection.send({ cmd: 'puback', messageId });
    assert.equal((await hears('onWritable')).slice(-2), [`onControl {"operation":4,"id":${messageId}}`, 'onWritable 1474']);
}));

boardTest('QoS 2, unknown operations, empty lists and missing topics throw, and the client goes on', () => stage({}, async ({ tell, hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    const refused = async (value: object): Promise<string> => await tell('write', value);
    assert.match(await refused({ topic: 'a', data: 'b', QoS: 2 }), /^RangeError: motemq: the QoS of a message is 0 or 1: 2$/);
    assert.match(await refused({ topic: 'a', data: 'b', QoS: 2, byteLength: 9 }), /^RangeError: motemq: the QoS of a message is 0 or 1: 2$/);
    assert.match(await refused({ operation: SUBSCRIBE, items: [{ topic: 'a' }, { topic: 'b', QoS: 2 }] }), /^RangeError: motemq: the QoS of a subscription is 0 or 1: 2$/);
    assert.match(await refused({ operation: SUBSCRIBE }), /^RangeError: .*at least one/);
    assert.match(await refused({ operation: UNSUBSCRIBE, items: [] }), /^RangeError: .*at least one/);
    assert.match(await refused({ operation: 5, id: 1 }), /^RangeError: .*operation.*: 5$/);
    assert.match(await refused({ topic: 'a/+', data: 'b' }), /^RangeError/);
    assert.match(await refused({ QoS: 0, data: 'b' }), /Error/);
    assert.match(await refused({ topic: 'a', data: 'long', byteLength: 3 }), /^RangeError: .*byteLength/);
    assert.match(await refused({ data: 'a part of nothing' }), /^Error: motemq: overflow$/);
    assert.match(await tell('format', 'number'), /^RangeError: .*format/);
    await tell('write', { topic: 'a', data: 'at last' });
    assert.is(String((await connection.receive('publish')).payload), 'at last');
}));

boardTest('one SUBACK and one UNSUBACK tell of all items, in their order and by the id that the application chose', () => stage({}, async ({ tell, hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    await tell('write', { operation: SUBSCRIBE, id: 70000, items: [{ topic: 'a/+', QoS: 1 }, { topic: 'b' }, { topic: 'c', QoS: 1 }] });
    const asked = [await connection.receive('subscribe'), await connection.receive('subscribe'), await connection.receive('subscribe')];
    assert.equal(asked.map(packet => packet.subscriptions.map(({ topic, qos }) => `${topic} ${qos}`).join()), ['a/+ 1', 'b 0', 'c 1']);
    connection.send(...[2, 0, 1].map(index => ({ cmd: 'suback' as const, messageId: asked[index].messageId, granted: [[1, 0, 128][index]] })));
    assert.is((await hears('onControl')).at(-1), 'onControl {"operation":9,"id":70000,"payload":[1,0,128]}');
    await tell('write', { operation: UNSUBSCRIBE, items: [{ topic: 'b' }, { topic: 'elsewhere' }] });
    const dropped = [await connection.receive('unsubscribe'), await connection.receive('unsubscribe')];
    connection.send(...dropped.map(packet => ({ cmd: 'unsuback' as const, messageId: packet.messageId })) as never[]);
    assert.is((await hears('onControl')).at(-1), `onControl {"operation":11,"id":${dropped[0].messageId}}`);
}));

boardTest('what the broker has not acknowledged is sent again after a cut, subscriptions are renewed, and CONNACK is told anew', () => stage({}, async ({ tell, hears, accept }) => {
    const first = await accept();
    await hears('onWritable');
    await tell('write', { operation: SUBSCRIBE, items: [{ topic: 'news', QoS: 1 }] });
    const { messageId } = await first.receive('subscribe');
    first.send({ cmd: 'suback', messageId, granted: [1] });
    await tell('write', { topic: 'kept', data: 'once', QoS: 1, id: 65536 });
    const sent = await first.receive('publish');
    first.reset();
    await hears(`onStateChange ${WAITING} ${CONNECTION_LOST}`);
    await tell('write', { topic: 'meanwhile', data: 'x', QoS: 1 });
    const second = await accept();
    const again = await second.receive('publish');
    assert.equal([again.topic, again.messageId], ['kept', sent.messageId]);
    assert.is((await second.receive('publish')).topic, 'meanwhile');
    assert.equal((await second.receive('subscribe')).subscriptions.map(({ topic }) => topic), ['news']);
    second.send({ cmd: 'puback', messageId: sent.messageId });
    const told = await hears('onControl {"operation":4');
    assert.is(told.at(-1), 'onControl {"operation":4,"id":65536}');
    assert.ok(told.includes(`onControl {"operation":${CONNACK},"returnCode":0,"sessionPresent":false}`));
    assert.not(told.some(line => line.startsWith('onError')));
}));

boardTest('a message without payload is told with 0 bytes, and the next one comes', () => stage({}, async ({ hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    connection.send(publish('empty', '', 1, 7), { ...publish('full', 'text', 1, 8), retain: true });
    assert.equal(await hears('read \'text\''), [
        'onReadable 0 {"more":false,"topic":"empty","QoS":1,"byteLength":0}', 'read undefined',
        'onReadable 4 {"more":false,"topic":"full","QoS":1,"byteLength":4,"retain":true}', 'read \'text\'',
    ]);
    assert.equal([(await connection.receive('puback')).messageId, (await connection.receive('puback')).messageId], [7, 8]);
}));

boardTest('CONNACK is told before what comes in the same segment', () => stage({ id: 'kept', clean: false }, async ({ broker, hears }) => {
    const connection = await broker.next();
    await connection.receive('connect');
    connection.send({ cmd: 'connack', returnCode: 0, sessionPresent: true }, publish('t', 'stored', 1, 5));
    assert.equal(await hears('onWritable'), [
        `onControl {"operation":${CONNACK},"returnCode":0,"sessionPresent":true}`,
        'onReadable 6 {"more":false,"topic":"t","QoS":1,"byteLength":6}', 'read \'stored\'', 'onWritable 1475',
    ]);
    assert.is((await connection.receive('puback')).messageId, 5);
}));

boardTest('read takes as much as it is asked for and there is, into an ArrayBuffer or a Byte Buffer', () => stage({}, async ({ tell, hears, accept }) => {
    await tell('later');
    const connection = await accept();
    await hears('onWritable');
    connection.send(publish('t', '0123456789'));
    await hears('onReadable 10');
    assert.is(await tell('read', 3), 'read \'012\'');
    assert.is(await tell('fill', 5), 'filled 4 0,51,52,53,54');
    assert.is(await tell('fill', 9), 'filled 3 0,55,56,57,0,0,0,0,0');
    assert.is(await tell('read'), 'read undefined');
    connection.send(publish('t', 'more'));
    await hears('onReadable 4');
    assert.is(await tell('read', 100), 'read \'more\'');
}));

boardTest('unread messages wait in the network, and come in order once they are read', () => stage({ receiveBufferSize: 64 }, async ({ tell, hears, accept }) => {
    const COUNT = 1500;
    const text = (number: number): string => `message ${number}`.padEnd(16);
    await tell('later');
    const connection = await accept();
    await hears('onWritable');
    for (let number = 0; number < COUNT; number++) connection.send(publish('topic', text(number)));
    await hears('onReadable 16');
    for (let number = 0; number < 40; number++) {
        assert.is(await tell('read'), `read '${text(number)}'`);
        await hears('onReadable 16');
    }
    const taken = Number((await tell('taken')).split(' ')[1]);
    // 40 messages, and what the board's socket holds: 8 KB.
    assert.ok(taken < 40 * 25 + 8192 + 512, `${taken} bytes were taken`);
    await tell('now');
    assert.is(await tell('read'), `read '${text(40)}'`);
    const rest = (await hears(`read '${text(COUNT - 1)}'`)).filter(line => line.startsWith('read'));
    assert.equal(rest, Array.from({ length: COUNT - 40 }, (_, index) => `read '${text(index + 40)}'`));
}));

boardTest('a message larger than the receive buffer comes in parts, the last one of which says so', () => stage({ receiveBufferSize: 64 }, async ({ hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    connection.send(publish('large', Buffer.alloc(1000), 1, 9), publish('last', 'x'));
    const told = (await hears('onReadable 1 ')).filter(line => line.startsWith('onReadable'));
    assert.match(told[0], /^onReadable \d+ \{"more":true,"topic":"large","QoS":1,"byteLength":1000\}$/);
    assert.equal(told.slice(1, -1).map(line => line.replace(/\d+ /, '')), [...Array(told.length - 3).fill('onReadable {"more":true}'), 'onReadable {"more":false}']);
    assert.is(told.slice(0, -1).reduce((sum, line) => sum + Number(line.split(' ')[1]), 0), 1000);
    assert.is((await connection.receive('puback')).messageId, 9);
}));

boardTest('a message in parts that the send buffer can hold is one packet, and sent again if need be', () => stage({}, async ({ tell, hears, accept }) => {
    const first = await accept();
    await hears('onWritable');
    assert.is(await tell('write', { topic: 'parts', data: 'one ', byteLength: 13, QoS: 1, id: 5 }), 'wrote 9');
    assert.is(await tell('write', { topic: 'other', data: 'x' }), 'Error: motemq: another message is not written to its end');
    assert.is(await tell('write', { data: 'much too long' }), 'Error: motemq: overflow');
    await tell('write', { data: 'two ' });
    first.reset();
    const second = await accept();
    await tell('write', { data: 'three' });
    const { payload, messageId } = await second.receive('publish');
    assert.is(String(payload), 'one two three');
    second.send({ cmd: 'puback', messageId });
    assert.is((await hears('onControl {"operation":4')).at(-1), 'onControl {"operation":4,"id":5}');
}));

boardTest('after a part of a message onWritable comes, also when there is no room for the whole', () => stage({ sendBufferSize: 200 }, async ({ tell, hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    assert.is(await tell('write', { topic: 'full', data: 112, QoS: 1 }), 'wrote 16');
    const { messageId } = await connection.receive('publish');
    assert.is(await tell('write', { topic: 'parts', data: 10, byteLength: 100, QoS: 1 }), 'wrote 90');
    await hears('onWritable 90');
    assert.is(await tell('write', { data: 90 }), 'wrote 0');
    connection.send({ cmd: 'puback', messageId });
    assert.is((await connection.receive('publish')).payload.length, 100);
    await hears('onWritable');
}));

boardTest('a message larger than the send buffer is streamed; what else is due waits for its end', () => stage({ sendBufferSize: 200 }, async ({ tell, hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    await tell('write', { topic: 'before', data: 'x', QoS: 1 });
    assert.is(await tell('write', { topic: 'large', data: 400, byteLength: 5000, QoS: 1, id: 77 }), 'wrote 112');
    assert.is(String((await connection.receive('publish')).topic), 'before');
    connection.send(publish('t', 'acknowledge me', 1, 3));
    await hears('onReadable');
    let missing = 4600;
    for (let attempt = 0; missing > 0 && attempt < 1000; attempt++) {
        const size = Math.min(missing, 500);
        // 'overflow' until the part before it has left.
        if ((await tell('write', { data: size })).startsWith('wrote')) missing -= size;
    }
    assert.is(missing, 0);
    const large = await connection.receive('publish');
    assert.equal([large.topic, large.payload.length, large.qos], ['large', 5000, 1]);
    assert.is((await connection.receive('puback')).messageId, 3);
    connection.send({ cmd: 'puback', messageId: large.messageId });
    assert.is((await hears('onControl {"operation":4')).at(-1), 'onControl {"operation":4,"id":77}');
    await tell('write', { topic: 'after', data: 'x' });
    assert.is((await connection.receive('publish')).topic, 'after');
}));

boardTest('a streamed message that is cut, or not acknowledged before the end, is an error: nothing here can send it again', async () => {
    for (const whole of [false, true]) {
        await stage({ sendBufferSize: 100 }, async ({ tell, hears, accept }) => {
            const connection = await accept();
            await hears('onWritable');
            await tell('write', { topic: 'large', data: 300, byteLength: whole ? 600 : 700, QoS: 1 });
            await hears('onWritable');
            await tell('write', { data: 300 });
            await connection.receiveBytes(620);
            connection.reset();
            await hears('onError motemq: the connection ended');
            assert.is(await tell('read'), 'Error: motemq: closed');
        });
    }
});

boardTest('PINGREQ goes out at will and when nothing else did, and PINGRESP is told', () => stage({ keepAlive: 1000 }, async ({ tell, hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    await tell('write', { operation: PINGREQ });
    for (let ping = 0; ping < 2; ping++) {
        await connection.receive('pingreq');
        connection.send({ cmd: 'pingresp' });
        assert.is((await hears('onControl')).at(-1), 'onControl {"operation":13}');
    }
}));

boardTest('DISCONNECT goes out behind what was written, and its end is told to onError', () => stage({}, async ({ tell, hears, accept }) => {
    const connection = await accept();
    await hears('onWritable');
    await tell('write', { topic: 'last', data: 'words' });
    await tell('write', { operation: DISCONNECT });
    await connection.receive('publish');
    await connection.receive('disconnect');
    await hears('onError motemq: disconnected');
    assert.is(await tell('write', { topic: 'a', data: 'b' }), 'Error: motemq: closed');
}));

boardTest('close ends the connection without DISCONNECT, twice too, inside each callback; nothing follows it', async () => {
    for (const callback of ['onControl', 'onWritable', 'onReadable']) {
        await stage({}, async ({ tell, accept, events }) => {
            await tell('later');
            await tell(callback, { verb: 'close' });
            const connection = await accept();
            if (callback === 'onReadable') connection.send(publish('a', 'b'), publish('c', 'd'));
            await connection.end();
            assert.equal(connection.packets.map(({ cmd }) => cmd), ['connect']);
            await tell('close');
            assert.is(events().at(-1)?.split(' ')[0], callback);
            assert.is(await tell('read'), 'Error: motemq: closed');
        });
    }
});

boardTest('close while the name is resolved or the socket connects is heard of no more', async () => {
    for (const closeWhen of ['resolving', 'connecting']) {
        await stage({}, async ({ tell, events, broker }) => {
            assert.is(await tell('close'), '');
            assert.equal(events(), []);
            assert.equal(broker.connections.flatMap(({ packets }) => packets), []);
        }, { closeWhen });
    }
});

boardTest('a name that does not resolve is tried again without an error, and told as a state', () => stage({ host: 'unknown.test' }, async ({ hears }) => {
    const told = [...await hears('onStateChange'), ...await hears('onStateChange')];
    assert.equal(told, Array(2).fill(`onStateChange ${WAITING} ${NAME_NOT_RESOLVED}`));
}));

boardTest('a broker that refuses the client is an error; one that is unavailable is asked again', () => stage({}, async ({ broker, hears }) => {
    for (const returnCode of [3, 5]) {
        const connection = await broker.next();
        await connection.receive('connect');
        connection.send({ cmd: 'connack', returnCode, sessionPresent: false });
    }
    assert.equal(await hears('onError'), [`onStateChange ${WAITING} 3`, `onStateChange ${WAITING} 5`, 'onError motemq: the connection ended, reason 5']);
}));

boardTest('without reconnect every end is an error, as in the standard', () => stage({ reconnect: false }, async ({ broker, hears, accept, tell }) => {
    (await accept()).reset();
    await hears('onError motemq: the connection ended, reason 17');
    assert.is(await tell('read'), 'Error: motemq: closed');
    assert.is(broker.connections.length, 1);
}));

boardTest('an exception that leaves a callback is traced, and the client goes on', () => stage({}, async ({ tell, hears, accept }) => {
    for (const callback of ['onControl', 'onWritable', 'onReadable']) await tell(callback, { verb: 'throw' });
    const connection = await accept();
    connection.send(publish('a', 'b'));
    await hears('onReadable');
    await hears('motemq: a callback threw: Error: thrown');
    await tell('write', { topic: 'still', data: 'here' });
    assert.is((await connection.receive('publish')).topic, 'still');
}));

boardTest('what is written inside callbacks goes out with the turn', () => stage({}, async ({ tell, accept }) => {
    await tell('onControl', { verb: 'write', value: { operation: SUBSCRIBE, items: [{ topic: 'a' }] } });
    await tell('onControl', { verb: 'write', value: { topic: 'hello', data: 'world' } });
    const connection = await accept();
    await connection.receive('subscribe');
    await connection.receive('publish');
    assert.is(connection.chunks.length, 2);
}));

boardTest('over TLS, more than the socket takes at once goes out over one connection', () => stage({ sendBufferSize: 8192 }, async ({ broker, tell, accept }) => {
    const lengths = [1300, 1400, 1500, 1600, 700];
    for (const data of lengths) await tell('onControl', { verb: 'write', value: { topic: 'a', data } });
    const connection = await accept();
    for (const length of lengths) assert.is((await connection.receive('publish')).payload.length, length);
    assert.is(broker.connections.length, 1);
}, { tls: true }));

test.run();
