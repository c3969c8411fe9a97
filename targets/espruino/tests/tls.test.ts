// The client over Espruino's TLS, on its interpreter alone: the model has none. Its mbedtls knows RSA certificates only, so one
// is made with OpenSSL for the occasion.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootEspruino } from '../../../hardware-tests/boards/espruino/board.ts';
import type { EspruinoBoard } from '../../../hardware-tests/boards/espruino/board.ts';
import { publishedFiles } from '../../../hardware-tests/boards/espruino/bundle.ts';
import { interpreterFor } from '../../../hardware-tests/boards/espruino/tests/engines.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { CONNECTION_LOST, CONNECT_FAILED } from '../../../src/reasons.ts';

/** A handshake takes 3,357 variables at most, of 14 bytes. An ESP8266 has no TLS. */
const NEEDED = 3500;

const engine = await interpreterFor('TLS', NEEDED);
const hasOpenSsl = !spawnSync('openssl', ['version']).error;
if (!hasOpenSsl) console.log('SKIPPED: TLS on Espruino\'s interpreter, because openssl is not on PATH');
const onInterpreter = engine && hasOpenSsl ? test : test.skip;

/** A key and a certificate that names another host. */
function makeCertificate(): { key: string; cert: string } {
    const folder = mkdtempSync(join(tmpdir(), 'motemq-rsa-'));
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=wrong.example'], { stdio: 'pipe' });
    const texts = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
    rmSync(folder, { recursive: true });
    return texts;
}

/** Starts a client on a fresh board; it publishes one message and stops when that is acknowledged. */
async function start(port: number): Promise<EspruinoBoard> {
    const board = await bootEspruino(engine!, await upload(engine!, { 'motemq-pub': (await publishedFiles())['motemq-pub'] }));
    await board.evaluate(`(M=require("motemq-pub"),T={io:require("tls"),host:"127.0.0.1",port:${port}},0)`);
    await board.evaluate('(c=new M.Publisher({transport:T,clientId:"tls",cleanSession:true,sendBuffer:128,onStateChange:function(s,r){print("state "+s+" "+r)},onAcknowledged:function(){c.stop()}}),0)');
    await board.evaluate('(c.publish(new M.Topic(null,"a"),"hello",0,5,1,false),c.start(),0)');
    return board;
}

onInterpreter('a message is delivered over TLS, whomever the certificate names', async () => {
    const payloads: string[] = [];
    const broker = await Broker.start({ tls: { ...makeCertificate(), maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-SHA:DHE-RSA-AES128-SHA:@SECLEVEL=0' }, onPublish: ({ payload }) => payloads.push(payload.toString()) });
    const board = await start(broker.port);
    try {
        await until('the client has stopped', () => board.lines.includes('state 0 16'), 20);
        assert.equal(payloads, ['hello']);
    } finally {
        await board.stop();
        await broker.stop();
    }
});

onInterpreter('a peer that does not speak TLS is a connection that is lost, and is tried again', async () => {
    const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.end('this is not TLS');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const board = await start((server.address() as AddressInfo).port);
    try {
        await until('two attempts', () => board.lines.filter((line) => line.startsWith('state 2')).length > 1, 20);
        // Espruino calls a socket connected before the handshake, unless it has failed by then.
        assert.ok([CONNECTION_LOST, CONNECT_FAILED].some((reason) => board.lines.includes(`state 1 ${reason}`)), board.lines.join('\n'));
    } finally {
        await board.stop();
        server.close();
    }
});

test.run();
