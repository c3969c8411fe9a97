// Runs on the virtual board for allocation.test.ts and the benchmark: the client over the modem transport with the dialect that `config.dialect`
// names, measured down to the serial line.
import config from 'mc/config';
import Timer from 'timer';
import { measureAll, measureLive } from '../../../scripts/bench/board-meter.ts';
import type { Kind } from '../../../scripts/bench/board-meter.ts';
import { BenchPlatform } from '../../../scripts/bench/virtual-world.ts';
import { CONNECTED, Client, Topic } from '../../../src/index.ts';
import * as dialects from '../dialects/index.ts';
import { ModemTransport, ONLINE } from '../index.ts';
import type { Dialect } from '../index.ts';
import { MirrorModem, bytesOf } from './mirror-modem.ts';

const noise = bytesOf('\r\n+CTZV: 8\r\n');
let kept: object = noise;

function main(): void {
    const dialect = Object.create(dialects[config.dialect as keyof typeof dialects]) as { -readonly [Name in keyof Dialect]: Dialect[Name] };
    // Its timer is no part of what is counted.
    dialect.promptDelay = 0;
    const modem = new MirrorModem(dialect);
    const line = new BenchPlatform();
    const platform = new BenchPlatform();
    const options = { serial: modem, platform: line, dialect, host: 'broker.example', apn: 'internet', readSize: config.readSize as number };
    const transport = measureLive('modem transport', () => new ModemTransport(options));
    let messages = 0;
    const client = new Client({
        platform, transport, clientId: 'sensor', sendBuffer: new Uint8Array(256), receiveBuffer: new Uint8Array(64), onMessage() {
            messages++;
        },
    });
    const topic = new Topic(platform, 'sensors/ab');
    const payload = new Uint8Array(16);

    const connack = modem.readAnswer([0x20, 2, 0, 0]);
    const message = modem.readAnswer([0x30, 28, 0, 10, 0x73, 0x65, 0x6e, 0x73, 0x6f, 0x72, 0x73, 0x2f, 0x61, 0x62, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    const puback = modem.readAnswer([0x40, 2, 0, 0]);
    const identifier = modem.placeIn(4) + 2;

    function receive(packet: Uint8Array): void {
        modem.waiting = packet;
        return modem.say(modem.announcement);
    }

    /** From a client that waits to one that is connected. */
    function connect(): void {
        modem.opened();
        platform.wake();
        // Quiet, at first, and while the modem is looked for.
        while (transport.stage !== ONLINE) {
            modem.run();
            if (transport.stage !== ONLINE) line.wake();
        }
        modem.run();
        receive(connack);
    }

    const kinds: readonly Kind[] = [
        { name: 'empty', operations: 1, round() {} },
        { name: 'control', operations: 1, round() { kept = {}; } },
        { name: 'a line that means nothing', operations: 1, round() { modem.say(noise); } },
        {
            name: 'publish QoS 0', operations: 1,
            round() {
                client.publish(topic, payload, 0, 16, 0, false);
                client.onWake();
                modem.run();
            },
        },
        {
            name: 'publish QoS 1 + PUBACK', operations: 1,
            round() {
                const handle = client.publish(topic, payload, 0, 16, 1, false);
                client.onWake();
                modem.run();
                puback[identifier] = handle >> 8;
                puback[identifier + 1] = handle;
                receive(puback);
            },
        },
        { name: 'received QoS 0', operations: 1, round() { receive(message); } },
        {
            name: 'idle poll', operations: 1,
            round() {
                line.wake();
                modem.run();
            },
        },
        {
            name: 'reconnect', operations: 1,
            round() {
                modem.say(modem.closed);
                connect();
            },
        },
    ];

    Timer.set(() => {
        client.start();
        connect();
    }, 0);
    measureAll(kinds.concat({
        // What the rounds were meant to do has happened.
        name: 'done', operations: 1, round() {},
        prepare() {
            trace(`done ${JSON.stringify({
                connected: client.state === CONNECTED, kept: kept !== noise, messages, sent: client.sent, acknowledged: client.acknowledged,
                connections: client.connections, unknownLines: transport.unknownLines, sends: modem.sends,
            })}\n`);
        },
    }));
}

// The script itself has much of the stack.
Timer.set(main, 0);
