// Runs on the virtual board for allocation.test.ts: the client over the modem transport, measured down to the serial line. The
// modem behind it is a few lines here, which answer from bytes made beforehand.
import config from 'mc/config';
import Timer from 'timer';
import { measureAll, measureLive } from '../../../scripts/bench/board-meter.ts';
import type { Kind } from '../../../scripts/bench/board-meter.ts';
import { BenchPlatform } from '../../../scripts/bench/virtual-world.ts';
import type { SerialOwner, SerialPort } from '../../../src/serial.ts';
import { CONNECTED, Client, Topic } from '../../../src/index.ts';
import { quectel } from '../dialects/quectel.ts';
import { ModemTransport, ONLINE } from '../index.ts';

function bytesOf(text: string): Uint8Array {
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
    return bytes;
}

const ok = bytesOf('\r\nOK\r\n');
const prompt = bytesOf('\r\n> ');
const sent = bytesOf('\r\nSEND OK\r\n');
const empty = bytesOf('\r\n+QIRD: 0\r\n\r\nOK\r\n');
const dialed = bytesOf('\r\nOK\r\n\r\n+QIOPEN: 0,0\r\n');
const announcement = bytesOf('\r\n+QIURC: "recv",0\r\n');
const closed = bytesOf('\r\n+QIURC: "closed",0\r\n');
/** How many bytes were sent, in nine digits. */
const counted = bytesOf('\r\n+QISEND: 000000000,0,0\r\n\r\nOK\r\n');
const COUNT_END = 20;
const noise = bytesOf('\r\n+CTZV: 8\r\n');
/** What else is asked while it is brought up. */
const answers: readonly (readonly [command: Uint8Array, answer: Uint8Array])[] = [
    [bytesOf('AT+CGMM'), bytesOf('\r\nBG96\r\n\r\nOK\r\n')], [bytesOf('AT+CPIN?'), bytesOf('\r\n+CPIN: READY\r\n\r\nOK\r\n')],
    [bytesOf('AT+CEREG?'), bytesOf('\r\n+CEREG: 0,1\r\n\r\nOK\r\n')], [bytesOf('AT+QIACT?'), bytesOf('\r\n+QIACT: 1,1,1,"10.0.0.1"\r\n\r\nOK\r\n')],
    [bytesOf('AT+QIOPEN='), dialed], [bytesOf('AT+QIRD='), empty], [bytesOf('AT+QISEND=0,0'), counted], [bytesOf('AT+QISEND='), prompt],
];

class Modem implements SerialPort {
    owner!: SerialOwner;
    /** The answer to a read, once; then nothing is there. */
    waiting: Uint8Array | null = null;
    /** Bytes of messages that were sent: the last of them. */
    readonly last = new Uint8Array(256);
    lastEnd = 0;
    sends = 0;
    private total = 0;
    private answer: Uint8Array | null = null;
    private due = false;

    open(owner: SerialOwner): void {
        this.owner = owner;
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        if (this.answer === sent) {
            // Bytes behind the prompt.
            for (let at = start; at < end; at++) this.last[at - start] = bytes[at];
            this.lastEnd = end - start;
            this.sends++;
            this.total += end - start;
        } else this.answer = this.answerTo(bytes, start, end);
        this.due = true;
        return end - start;
    }

    close(): void {
        // It is not asked to.
    }

    /** Says what is to be said, in turns of its own, until it is asked nothing any more. */
    run(): void {
        while (this.due) {
            this.due = false;
            const answer = this.answer as Uint8Array;
            this.answer = answer === prompt ? sent : null;
            this.owner.onBytes(answer, 0, answer.length);
        }
    }

    private count(): void {
        let rest = this.total;
        for (let at = COUNT_END; at > COUNT_END - 9; at--) {
            const tenth = (rest / 10) >> 0;
            counted[at - 1] = 48 + rest - tenth * 10;
            rest = tenth;
        }
    }

    /** Says a line of its own accord. Nothing may be due. */
    say(line: Uint8Array): void {
        this.answer = line;
        this.due = true;
        // A tail call, as below: what is measured is not the modem's stack.
        return this.run();
    }

    private answerTo(bytes: Uint8Array, start: number, end: number): Uint8Array {
        for (let index = 0; index < answers.length; index++) {
            const command = answers[index][0];
            let same = 0;
            while (same < command.length && start + same < end && bytes[start + same] === command[same]) same++;
            if (same < command.length) continue;
            const answer = answers[index][1];
            if (answer === dialed) this.total = 0;
            if (answer === counted) this.count();
            if (answer !== empty || !this.waiting) return answer;
            const waiting = this.waiting;
            this.waiting = null;
            return waiting;
        }
        return ok;
    }
}

/** The modem's answer to a read: these bytes. */
function readAnswer(packet: readonly number[]): Uint8Array {
    const head = bytesOf('\r\n+QIRD: ' + packet.length + '\r\n');
    const answer = new Uint8Array(head.length + packet.length + 8);
    answer.set(head, 0);
    answer.set(packet, head.length);
    answer.set(bytesOf('\r\n\r\nOK\r\n'), head.length + packet.length);
    return answer;
}

let kept: object = ok;

function main(): void {
    const modem = new Modem();
    const line = new BenchPlatform();
    const platform = new BenchPlatform();
    const options = { serial: modem, platform: line, dialect: quectel, host: 'broker.example', apn: 'internet', readSize: config.readSize as number };
    const transport = measureLive('modem transport', () => new ModemTransport(options));
    let messages = 0;
    const client = new Client({
        platform, transport, clientId: 'sensor', sendBuffer: new Uint8Array(256), receiveBuffer: new Uint8Array(64), onMessage() {
            messages++;
        },
    });
    const topic = new Topic(platform, 'sensors/ab');
    const payload = new Uint8Array(16);

    const connack = readAnswer([0x20, 2, 0, 0]);
    const message = readAnswer([0x30, 28, 0, 10, 0x73, 0x65, 0x6e, 0x73, 0x6f, 0x72, 0x73, 0x2f, 0x61, 0x62, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    const puback = readAnswer([0x40, 2, 0, 0]);

    function receive(packet: Uint8Array): void {
        modem.waiting = packet;
        return modem.say(announcement);
    }

    /** From a client that waits to one that is connected. */
    function connect(): void {
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
                puback[puback.length - 10] = handle >> 8;
                puback[puback.length - 9] = handle;
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
                modem.say(closed);
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
                connected: client.state === CONNECTED, kept: kept !== ok, messages, sent: client.sent, acknowledged: client.acknowledged,
                connections: client.connections, unknownLines: transport.unknownLines, sends: modem.sends,
            })}\n`);
        },
    }));
}

// The script itself has much of the stack.
Timer.set(main, 0);
