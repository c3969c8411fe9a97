// What the options of a modem make the transport do: roaming, power, speeds. Faults are the emulator's business.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTION_LOST, MODEM_RESTARTED, MODEM_SILENT, NO_COVERAGE, REGISTRATION_DENIED, TRANSPORT_FAULT } from '../../../src/reasons.ts';
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import type { TransportOwner } from '../../../src/transport.ts';
import { quectel } from '../dialects/index.ts';
import { AT_REST, ModemTransport, ONLINE, STARTING } from '../index.ts';
import type { ModemOptions } from '../index.ts';
import { bytesOf, Line } from './engine-world.ts';

/** A modem that answers each command with what it says in `answers` before OK, at one speed. */
class Modem extends Line {
    readonly answers: Record<string, string> = {
        'AT+CGMM': 'BG96', 'AT+CPIN?': '+CPIN: READY', 'AT+CEREG?': '+CEREG: 0,1', 'AT+CSQ': '+CSQ: 17,99', 'AT+QIACT?': '+QIACT: 1,1,1,"10.0.0.1"',
    };
    readonly commands: string[] = [];
    awake = true;
    speed = 115200;

    override write(bytes: Uint8Array, start: number, end: number): number {
        const from = this.written.length;
        super.write(bytes, start, end);
        const command = this.written.slice(from).replace(/\r$/, '');
        this.commands.push(command);
        if (this.awake && this.opened.at(-1) === this.speed) this.waiting.push(command);
        return end - start;
    }

    readonly waiting: string[] = [];
    /** Bytes that it has sent, and whether it can say so. */
    sent = 0;
    counts = true;

    /** Says a line of its own accord. */
    say(line: string): void {
        const bytes = bytesOf(`\r\n${line}\r\n`);
        this.owner!.onBytes(bytes, 0, bytes.length);
    }

    /** Answers all that was asked. */
    run(): void {
        for (let command = this.waiting.shift(); command !== undefined; command = this.waiting.shift()) {
            const text = this.answers[command];
            let answer = text === undefined ? 'OK\r\n' : `${text}\r\n\r\nOK\r\n`;
            if (command.startsWith('AT+QIOPEN')) {
                this.sent = 0;
                answer += '\r\n+QIOPEN: 0,0\r\n';
            }
            if (command === 'AT+QISEND=0,0') answer = this.counts ? `+QISEND: ${this.sent},0,${this.sent}\r\n\r\nOK\r\n` : 'ERROR\r\n';
            else if (command.startsWith('AT+QISEND')) answer = '> ';
            else if (!command.startsWith('AT')) {
                this.sent += command.length;
                answer = 'SEND OK\r\n';
            }
            if (command.startsWith('AT+QIRD')) answer = '+QIRD: 0\r\n\r\nOK\r\n';
            const bytes = bytesOf('\r\n' + answer);
            this.owner!.onBytes(bytes, 0, bytes.length);
        }
    }
}

class World implements TransportOwner {
    readonly modem = new Modem();
    readonly platform = new VirtualPlatform();
    readonly transport: ModemTransport;
    readonly keys: boolean[] = [];
    opened = 0;
    readonly closed: number[] = [];

    constructor(options: Partial<ModemOptions> = {}) {
        this.transport = new ModemTransport({ serial: this.modem, platform: this.platform, dialect: quectel, host: 'broker.example', apn: 'internet', ...options });
    }

    /** Lets `ms` pass, in steps in which the modem answers. */
    pass(ms: number): void {
        for (let passed = 0; passed < ms; passed += 50) {
            this.modem.run();
            this.platform.pass(50);
        }
    }

    onOpen(): void {
        this.opened++;
    }

    onBytes(): void {
        throw new Error('nobody said anything');
    }

    onWritable(): void {
        throw new Error('nothing was written');
    }

    onClose(reason: number): void {
        this.closed.push(reason);
    }
}

test('a modem is found, brought to the network and asked for a socket; how strong its signal is can be read', () => {
    const world = new World();
    world.transport.open(world);
    world.pass(2000);
    assert.equal([world.opened, world.closed, world.transport.stage, world.transport.signal, world.transport.model], [1, [], ONLINE, 17, 'BG96']);
});

test('another network than the home one is used, unless roaming is false: then that is no coverage', () => {
    const roaming = new World();
    roaming.modem.answers['AT+CEREG?'] = '+CEREG: 0,5';
    roaming.transport.open(roaming);
    roaming.pass(2000);
    assert.is(roaming.opened, 1);
    const staying = new World({ roaming: false, registrationTimeout: 20000 });
    staying.modem.answers['AT+CEREG?'] = '+CEREG: 0,5';
    staying.transport.open(staying);
    staying.pass(19000);
    assert.equal([staying.opened, staying.closed], [0, []]);
    staying.pass(5000);
    assert.equal([staying.opened, staying.closed], [0, [NO_COVERAGE]]);
    staying.modem.answers['AT+CEREG?'] = '+CEREG: 0,1';
    staying.transport.open(staying);
    staying.pass(20000);
    assert.is(staying.opened, 1, 'home again');
});

test('a modem that knows two networks is registered if it is with one, and denied if no other one is searched', () => {
    for (const [lte, other, result] of [
        ['0,0', '0,1', 'open'], ['0,1,"1A2B","01A2D101",7', '0,0', 'open'], ['0,3', '0,5', 'open'], ['0,3', '0,3', REGISTRATION_DENIED], ['0,2', '0,3', NO_COVERAGE], ['0,3', '0,2', NO_COVERAGE],
    ] as const) {
        const world = new World({ registrationTimeout: 10000 });
        world.modem.answers['AT+CEREG?'] = `+CEREG: ${lte}`;
        world.modem.answers['AT+CGREG?'] = `+CGREG: ${other}`;
        world.transport.open(world);
        world.pass(15000);
        assert.is(world.opened ? 'open' : world.closed[0], result, `${lte} and ${other}`);
    }
});

test('a modem that says nothing of its registration is no modem without coverage', () => {
    const world = new World();
    delete world.modem.answers['AT+CEREG?'];
    world.transport.open(world);
    world.pass(8000);
    assert.equal(world.closed, [], 'a line may get lost');
    world.pass(8000);
    assert.equal(world.closed, [TRANSPORT_FAULT]);
});

test('powerDown turns the modem off when the connection is closed, and open brings it up again', () => {
    const world = new World();
    world.transport.open(world);
    world.pass(2000);
    world.transport.powerDown();
    world.pass(100);
    assert.not(world.modem.commands.includes('AT+QPOWD=1'), 'the connection lasts');
    world.transport.close();
    world.pass(1000);
    assert.is(world.modem.commands.at(-1), 'AT+QPOWD=1');
    assert.is(world.transport.stage, AT_REST);
    const { length } = world.modem.commands;
    world.pass(100000);
    assert.is(world.modem.commands.length, length, 'it is left alone');
    world.transport.open(world);
    world.pass(3000);
    assert.is(world.opened, 2);
});

test('with power saving nothing turns it off, and the power key wakes it', () => {
    const keys: boolean[] = [];
    const world: World = new World({
        powerSaving: { periodicUpdate: 3600, active: 4 }, powerKey(pressed) {
            keys.push(pressed);
            if (!pressed) world.modem.awake = true;
        },
    });
    world.transport.open(world);
    world.pass(2000);
    assert.ok(world.modem.commands.includes('AT+CPSMS=1,,,"00000110","00000010"'));
    world.transport.powerDown();
    world.transport.close();
    world.pass(1000);
    assert.not(world.modem.commands.some(command => command.includes('QPOWD')));
    // It sleeps by now.
    world.modem.awake = false;
    world.transport.open(world);
    world.pass(30000);
    assert.equal([keys, world.opened, world.closed], [[true, false], 2, []]);
});

test('a modem that answers at another of the speeds is found there; at none it is silent', () => {
    const world = new World({ otherBauds: [9600, 57600] });
    world.modem.speed = 57600;
    world.transport.open(world);
    world.pass(30000);
    assert.equal([world.modem.opened, world.opened], [[115200, 9600, 57600], 1]);
    const silent = new World({ otherBauds: [9600] });
    silent.modem.awake = false;
    silent.transport.open(silent);
    silent.pass(30000);
    assert.equal([silent.opened, silent.closed], [0, [MODEM_SILENT]]);
});

test('open while the modem starts anew waits until it has had the time for that', () => {
    const world = new World();
    world.transport.open(world);
    world.pass(2000);
    world.modem.say('RDY');
    assert.equal([world.closed, world.transport.stage], [[MODEM_RESTARTED], STARTING]);
    const { length } = world.modem.commands;
    world.pass(1000);
    world.transport.open(world);
    world.pass(4000);
    assert.is(world.modem.commands.length, length, 'nothing is asked');
    world.pass(5000);
    assert.is(world.opened, 2);
});

test('powerDown while the modem starts anew turns it off afterwards', () => {
    const world = new World();
    world.transport.open(world);
    world.pass(2000);
    world.modem.say('RDY');
    world.transport.powerDown();
    world.pass(5000);
    assert.not(world.modem.commands.includes('AT+QPOWD=1'));
    world.pass(3000);
    assert.equal([world.modem.commands.at(-1), world.transport.stage], ['AT+QPOWD=1', AT_REST]);
});

test('the modem is asked how many bytes it has sent before more are sent, and at the end not', () => {
    const world = new World();
    world.transport.open(world);
    world.pass(2000);
    const send = (text: string): void => {
        world.transport.write(bytesOf(text), 0, text.length);
        world.transport.flush();
        world.pass(200);
    };
    const asked = (): string[] => world.modem.commands.filter(command => command.startsWith('AT+QISEND'));
    send('abcd');
    assert.equal(asked(), ['AT+QISEND=0,4']);
    send('ef');
    assert.equal(asked(), ['AT+QISEND=0,4', 'AT+QISEND=0,0', 'AT+QISEND=0,2']);
    world.modem.sent--;
    send('gh');
    assert.equal([asked().slice(3), world.closed], [['AT+QISEND=0,0'], [TRANSPORT_FAULT]]);
});

test('with countSent: false it is not asked', () => {
    const world = new World({ countSent: false });
    world.transport.open(world);
    world.pass(2000);
    for (let round = 0; round < 3; round++) {
        world.transport.write(bytesOf('ab'), 0, 2);
        world.transport.flush();
        world.pass(200);
    }
    assert.equal([world.modem.sent, world.modem.commands.includes('AT+QISEND=0,0')], [6, false]);
});

test('a firmware that cannot say how many bytes it has sent is used as it is, and one that could is not believed when it cannot', () => {
    const world = new World();
    world.modem.counts = false;
    world.transport.open(world);
    world.pass(2000);
    const send = (): void => {
        world.transport.write(bytesOf('ab'), 0, 2);
        world.transport.flush();
        world.pass(200);
    };
    send();
    send();
    assert.equal([world.modem.sent, world.closed], [4, []]);
    world.modem.counts = true;
    send();
    world.modem.counts = false;
    send();
    world.pass(1000);
    assert.equal([world.modem.sent, world.closed], [6, [CONNECTION_LOST]]);
});

test('a modem that was found at another speed and then is at the first one again is found there', () => {
    const world = new World({ otherBauds: [9600] });
    world.modem.speed = 9600;
    world.transport.open(world);
    world.pass(30000);
    assert.is(world.opened, 1);
    world.modem.speed = 115200;
    world.transport.write(bytesOf('ab'), 0, 2);
    world.transport.flush();
    world.pass(40000);
    assert.equal(world.closed, [TRANSPORT_FAULT]);
    world.transport.open(world);
    world.pass(30000);
    assert.equal([world.opened, world.modem.opened.at(-1)], [2, 115200]);
});

test('a port that goes away during a read leaves nothing behind: the next connection reads', () => {
    const world = new World();
    world.transport.open(world);
    world.pass(2000);
    const announcement = bytesOf('\r\n+QIURC: "recv",0\r\n');
    world.modem.owner!.onBytes(announcement, 0, announcement.length);
    assert.match(world.modem.commands.at(-1)!, /^AT\+QIRD=/, 'it is asked, and has not answered');
    world.modem.waiting.length = 0;
    world.modem.owner!.onGone();
    assert.equal(world.closed, [TRANSPORT_FAULT]);
    world.transport.open(world);
    world.pass(3000);
    assert.is(world.opened, 2);
    const { length } = world.modem.commands;
    world.modem.owner!.onBytes(announcement, 0, announcement.length);
    assert.match(world.modem.commands.slice(length).join(), /^AT\+QIRD=/);
});

test('a port that goes away while the power key is pressed, as one at USB does, does not leave it pressed', () => {
    const keys: boolean[] = [];
    const world: World = new World({ powerKey: pressed => keys.push(pressed) });
    world.modem.awake = false;
    world.transport.open(world);
    while (keys.length === 0) world.pass(50);
    world.modem.owner!.onGone();
    world.pass(20000);
    assert.equal([keys, world.closed], [[true, false], [TRANSPORT_FAULT]]);
});

test.run();
