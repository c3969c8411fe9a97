// CONNECT as bytes (MQTT 3.1.1 §3.1) against packets put together here by the standard's own tables.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeConnect } from '../connect.ts';
import type { ConnectOptions, Credentials } from '../connect.ts';
import { encoding, hex, refuses } from './record.ts';

/** The CONNECT as hexadecimal. */
function connect(options: ConnectOptions, credentials?: Credentials): string {
    const bytes = new Uint8Array(200000);
    return hex(bytes, 0, encodeConnect(bytes, 0, bytes.length, options, encoding, credentials));
}

/** Length-prefixed (§1.5.3, §3.1.3.3), as hexadecimal. */
function field(data: string | Uint8Array): string {
    const raw = Buffer.from(data as string);
    return raw.length.toString(16).padStart(4, '0') + raw.toString('hex');
}

const wills: readonly ConnectOptions['will'][] = [undefined];
for (const qos of [undefined, 0, 1, 2]) {
    for (const retain of [undefined, false, true]) {
        (wills as ConnectOptions['will'][]).push({ topic: 'w/t', payload: Uint8Array.of(0, 255), qos, retain });
    }
}
const credentials: readonly Pick<ConnectOptions, 'userName' | 'password'>[] = [
    {}, { userName: 'u' }, { userName: '' }, { userName: 'u', password: 'pw' }, { userName: 'u', password: '' },
    { userName: 'u', password: Uint8Array.of(0, 0xff, 0xc0) }, { userName: 'u', password: new Uint8Array(0) },
];

test('[MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT-2.2.2-1] a CONNECT starts with its type, flags 0, "MQTT" and level 4', () => {
    assert.is(connect({ clientId: 'c' }), '10 0d 0004 4d515454 04 00 003c 0001 63'.replace(/ /g, ''));
});

test('[MQTT-3.1.2-3] [MQTT-3.1.2-9] [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15] [MQTT-3.1.2-18] [MQTT-3.1.2-19] [MQTT-3.1.2-20] [MQTT-3.1.2-21] every combination of options gives its flags and just the fields that they announce', () => {
    let combinations = 0;
    for (const cleanSession of [undefined, false, true]) {
        for (const keepAlive of [undefined, 0, 1, 256, 65535]) {
            for (const will of wills) {
                for (const credential of credentials) {
                    const bits = [
                        credential.userName !== undefined, credential.password !== undefined, will?.retain ?? false,
                        will?.qos === 2, will?.qos === 1, will !== undefined, cleanSession ?? false, false,
                    ];
                    const flags = parseInt(bits.map(Number).join(''), 2);
                    const body = field('MQTT') + '04' + flags.toString(16).padStart(2, '0') + (keepAlive ?? 60).toString(16).padStart(4, '0')
                        + field('id') + (will ? field(will.topic) + field(will.payload) : '')
                        + (credential.userName === undefined ? '' : field(credential.userName))
                        + (credential.password === undefined ? '' : field(credential.password));
                    assert.is(
                        connect({ clientId: 'id', cleanSession, keepAlive, will, ...credential }),
                        '10' + (body.length / 2).toString(16).padStart(2, '0') + body,
                    );
                    combinations++;
                }
            }
        }
    }
    assert.is(combinations, 3 * 5 * 13 * 7);
});

test('[MQTT-3.1.3-1] [MQTT-3.1.3-3] the payload is client identifier, will topic, will message, user name, password, in this order', () => {
    const packet = connect({
        clientId: 'node-1', keepAlive: 600, cleanSession: true,
        will: { topic: 'gone', payload: Uint8Array.of(1, 2, 3), qos: 1, retain: true },
        userName: 'user', password: Uint8Array.of(0xde, 0xad, 0),
    });
    assert.is(packet, '1028' + '00044d515454' + '04' + 'ee' + '0258'
        + '00066e6f64652d31' + '0004676f6e65' + '0003010203' + '000475736572' + '0003dead00');
});

test('[MQTT-3.1.3-4] [MQTT-3.1.3-10] [MQTT-3.1.3-11] client identifier, will topic and user name are UTF-8; a password that is a text too', () => {
    const packet = connect({ clientId: 'ß', will: { topic: '€', payload: new Uint8Array(0) }, userName: '𐍈', password: 'é' });
    assert.is(packet, '101f' + '00044d515454' + '04' + 'c4' + '003c' + '0002c39f' + '0003e282ac' + '0000' + '0004f0908d88' + '0002c3a9');
});

test('[MQTT-3.1.3-4] [MQTT-3.1.3-11] a client identifier, user name or password with U+0000 is refused', () => {
    refuses(() => connect({ clientId: 'a\0' }), /1\.5\.3-1/);
    refuses(() => connect({ clientId: 'a', userName: '\0' }), /1\.5\.3-1/);
    refuses(() => connect({ clientId: 'a', userName: 'b', password: '\0' }), /1\.5\.3-1/);
});

test('§4.7.1: + and # are wildcards in topics only: client identifier, user name and a password that is a text may have them', () => {
    const packet = connect({ clientId: '+', userName: '#', password: '+#' });
    assert.is(packet, '1014' + '00044d515454' + '04' + 'c0' + '003c' + '00012b' + '000123' + '00022b23');
});

test('a refused user name or password is not in the message, which may end in a log', () => {
    for (const [name, value] of [['userName', 'secret\0'], ['password', 'secret\0']] as const) {
        try {
            connect({ clientId: 'a', userName: 'b', [name]: value });
            assert.unreachable(name);
        } catch (error) {
            assert.match((error as Error).message, /1\.5\.3-1\]: 7$/);
        }
    }
});

test('[MQTT-3.1.3-5] an identifier of 1 to 23 letters and digits goes out as it is', () => {
    for (const clientId of ['A', '0123456789abcdefghijABC', 'klmnopqrstuvwxyzDEFGHIJ', 'KLMNOPQRSTUVWXYZ']) {
        assert.ok(connect({ clientId }).endsWith('003c' + field(clientId)));
    }
});

test('[MQTT-3.1.3-7] an empty identifier goes out with cleanSession, and is refused without', () => {
    assert.is(connect({ clientId: '', cleanSession: true }), '100c00044d5154540402003c0000');
    refuses(() => connect({ clientId: '' }), /3\.1\.3-7/);
    refuses(() => connect({ clientId: '', cleanSession: false }), /3\.1\.3-7/);
});

test('[MQTT-3.1.2-14] a will QoS that is not 0, 1 or 2 is refused', () => {
    for (const qos of [3, -1, 4, 1.5, NaN]) {
        refuses(() => connect({ clientId: 'c', will: { topic: 't', payload: new Uint8Array(1), qos } }), /3\.1\.2-14/);
    }
});

test('[MQTT-3.1.2-22] a password without a user name is refused', () => {
    refuses(() => connect({ clientId: 'c', password: 'p' }), /3\.1\.2-22\]: password$/);
    refuses(() => connect({ clientId: 'c', password: new Uint8Array(0), will: { topic: 't', payload: new Uint8Array(1), qos: 2, retain: true } }), /3\.1\.2-22/);
});

test('[MQTT-3.1.2-18] [MQTT-3.1.2-22] credentials stand in place of those in the options, all of them, and by the same rules', () => {
    const options = { clientId: 'c', userName: 'old', password: 'old' };
    assert.is(connect(options, { userName: 'u', password: 'p' }), connect({ clientId: 'c', userName: 'u', password: 'p' }));
    assert.is(connect(options, { userName: 'u' }), connect({ clientId: 'c', userName: 'u' }));
    assert.is(connect(options, {}), connect({ clientId: 'c' }));
    refuses(() => connect(options, { password: 'p' }), /3\.1\.2-22/);
});

test('[MQTT-3.1.3-10] [MQTT-4.7.1-1] [MQTT-4.7.3-1] a will topic is a topic name: neither empty nor with wildcards or U+0000', () => {
    for (const topic of ['', 'a/+', '#', 'a\0']) {
        refuses(() => connect({ clientId: 'c', will: { topic, payload: new Uint8Array(1) } }), /4\.7\.3-1|1\.5\.3-1/);
    }
});

test('§3.1.2.10: keep-alive is 0 to 65535 seconds', () => {
    for (const keepAlive of [-1, 65536, 0.5, NaN, Infinity]) refuses(() => connect({ clientId: 'c', keepAlive }), /keepAlive/);
});

test('§3.1.3: every field may have 65535 bytes and none 65536', () => {
    const longest = 'x'.repeat(65535);
    assert.is(connect({ clientId: longest }).length / 2, 1 + 3 + 10 + 65537);
    refuses(() => connect({ clientId: longest + 'x' }), /65536/);
    const data = new Uint8Array(65536).fill(7);
    const packet = connect({ clientId: 'c', userName: 'u', password: data.subarray(1) });
    assert.is(packet.slice(2, 8), '91' + '80' + '04', 'remaining length 65553');
    assert.ok(packet.endsWith('ffff' + '07'.repeat(65535)));
    refuses(() => connect({ clientId: 'c', userName: 'u', password: data }), /will payload and password are at most 65535 bytes: 65536$/);
    refuses(() => connect({ clientId: 'c', will: { topic: 't', payload: data } }), /will payload and password are at most 65535 bytes: 65536$/);
});

test.run();
