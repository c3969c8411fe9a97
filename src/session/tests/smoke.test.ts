import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Client, Subscription, Topic, CONNECTED } from '../../index.ts';
import { VirtualPlatform, VirtualTransport, bytes, utf8 } from './world.ts';

test('smoke', () => {
    const platform = new VirtualPlatform();
    const transport = new VirtualTransport();
    const got: string[] = [];
    const client = new Client({
        platform, transport, clientId: 'c', sendBuffer: new Uint8Array(200), receiveBuffer: new Uint8Array(64),
        onMessage: m => got.push(Buffer.from(m.bytes.subarray(m.start, m.end)).toString()),
        onSubscribed: s => got.push('granted ' + s.granted),
    });
    const topic = new Topic(platform, 't');
    assert.is(client.publish(topic, utf8('hello'), 0, 5, 1, false), 1);
    client.subscribe(new Subscription(platform, 'a/+', 1));
    client.start();
    platform.turn();
    assert.is(transport.opens, 1);
    transport.opened();
    assert.is(transport.take(), '100d00044d51545404' + '00003c0001' + '63' + '320a000174000168656c6c6f' + '82080002' + '0003612f2b01');
    assert.is(transport.flushes, 1);
    transport.sends(...bytes('20020000'));
    assert.is(client.state, CONNECTED);
    transport.sends(...bytes('400200019003000201'));
    assert.is(client.acknowledged, 1);
    assert.equal(got, ['granted 1']);
    assert.ok(client.safeToSleep);
    transport.sends(...bytes('3208 0003612f62 0009 78'));
    assert.equal(got, ['granted 1', 'x']);
    assert.is(transport.take(), '40020009');
    client.publish(topic, utf8('hello'), 1, 3, 1, false);
    platform.turn();
    assert.is(transport.take(), '320700017400' + '03656c');
    transport.breaks();
    platform.pass(1000);
    transport.opened();
    assert.is(transport.take(), '100d00044d51545404' + '00003c0001' + '63' + '3a0700017400' + '03656c');
    transport.sends(...bytes('2002010040020003'));
    assert.is(transport.take(), '');
    assert.is(client.resent, 1);
    platform.pass(57000);
    assert.is(transport.take(), 'c000');
    transport.sends(...bytes('d000'));
    client.stop();
    platform.turn();
    assert.is(transport.take(), 'e000');
    assert.is(platform.pending, -1);
    assert.equal(platform.errors, []);
});
test.run();
