// Patterns, and what the options of a modem become: which texts are refused, which commands are given.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import type { Exchange } from '../at-engine.ts';
import { espAt, nordic, quectel, sim7080, sim7600, sim800, ublox } from '../dialects/index.ts';
import { ModemTransport } from '../index.ts';
import type { Dialect, ModemOptions } from '../index.ts';
import { compile, Numbers } from '../pattern.ts';
import { Plan } from '../plan.ts';
import { bytesOf, Line, textOf } from './engine-world.ts';

const cellular = [nordic, quectel, sim7080, sim7600, sim800, ublox];
const all = [...cellular, espAt];

function optionsOf(dialect: Dialect, more: Partial<ModemOptions> = {}): ModemOptions {
    return { serial: new Line(), platform: new VirtualPlatform(), dialect, host: 'broker.example', apn: 'internet', ...more };
}

/** Commands as they go out, numbers aside. */
function commandsOf(steps: readonly Exchange[]): string[] {
    const numbers = new Numbers();
    const bytes = new Uint8Array(300);
    return steps.map(step => textOf(bytes, 0, numbers.write(step.command, bytes)).trimEnd());
}

function allOf(plan: Plan): string[] {
    return commandsOf([...plan.prepare, ...plan.unlock, ...plan.enterPin, ...plan.register, ...plan.attach, ...plan.dial]);
}

/** What it throws; empty if it does not. */
function refusal(dialect: Dialect, more: Partial<ModemOptions>): string {
    try {
        return new ModemTransport(optionsOf(dialect, more)).model;
    } catch (error) {
        assert.instance(error, RangeError);
        return (error as Error).message;
    }
}

// Patterns

test('a pattern matches a whole line, numbers of any length up to nine digits in it', () => {
    const numbers = new Numbers();
    const pattern = compile('+X: %i,%n,%r');
    for (const [line, matches] of [
        ['+X: 0,12,345', true], ['+X: 0,12,', false], ['+X: 0,12', false], ['+X: 0,12,345 ', false], ['+X: 1,12,345', false], ['+x: 0,12,345', false],
        ['+X: 0,123456789,0', true], ['+X: 0,1234567890,0', false], ['+X: 0,-1,0', true], ['+X: 0,-,0', false], ['', false],
    ] as const) assert.is(numbers.match(pattern, bytesOf(line), line.length), matches, line);
});

test('numbers are taken over if all of it matches, and none if not', () => {
    const numbers = new Numbers();
    numbers.socket = 3;
    const pattern = compile('+X: %I,%n,%r,%z;');
    const line = '+X: 7,12,345,6;';
    assert.not(numbers.match(pattern, bytesOf(line), line.length - 1));
    assert.equal([numbers.socket, numbers.count, numbers.left, numbers.result], [3, 0, 0, 0]);
    assert.ok(numbers.match(pattern, bytesOf(line), line.length));
    assert.equal([numbers.socket, numbers.count, numbers.left, numbers.result], [7, 12, 345, 6]);
});

test('%l must be the length, %* is the rest, %% and other letters are themselves', () => {
    const numbers = new Numbers();
    numbers.length = 10;
    const matches = (pattern: string, line: string) => numbers.match(compile(pattern), bytesOf(line), line.length);
    assert.ok(matches('ACCEPT:%l', 'ACCEPT:10'));
    assert.is(numbers.result, 0);
    assert.ok(matches('ACCEPT:%l', 'ACCEPT:9'));
    assert.is(numbers.result, -1, 'another number is a failure');
    assert.ok(matches('+X: %*', '+X: '));
    assert.ok(matches('+X: %*', '+X: "anything", 1'));
    assert.not(matches('+X: %*', '+X:'));
    assert.ok(matches('100%y', '100%y'));
    assert.ok(matches('100%', '100%'));
});

test('a command has its numbers in digits, or does not fit', () => {
    const numbers = new Numbers();
    const into = new Uint8Array(16);
    const written = (command: string): string => {
        const end = numbers.write(compile(command), into);
        return end < 0 ? 'too long' : textOf(into, 0, end);
    };
    for (const [socket, length, text] of [[0, 0, 'S=0,0'], [9, 10, 'S=9,10'], [12, 1460, 'S=12,1460'], [0, 99999, 'S=0,99999']] as const) {
        numbers.socket = socket;
        numbers.length = length;
        assert.is(written('S=%i,%n'), text);
    }
    assert.is(written('x'.repeat(16)), 'x'.repeat(16));
    assert.is(written('x'.repeat(17)), 'too long');
    assert.is(written('x'.repeat(12) + '%n'), 'too long');
});

// Texts

test('texts that could end a command or a string in it are refused by every dialect, and named without their value', () => {
    for (const dialect of all) {
        for (const text of ['a"b', 'a\rb', 'a\nb', 'a%nb', 'a\0b', 'ä', '\x7f']) {
            for (const name of ['apn', 'user', 'password', 'host'] as const) {
                const message = refusal(dialect, { [name]: text });
                assert.match(message, new RegExp(`motemq: ${name} has printable ASCII`), JSON.stringify(text));
                assert.not.ok(message.includes(text), 'a password is not shown');
            }
        }
        for (const text of ['a,b;c', "it's", 'AT+QPOWD', '\\', ' ']) assert.is(refusal(dialect, { apn: text, user: text, password: text }), '', text);
    }
});

test('names of files for TLS are held to the same', () => {
    for (const tls of [{ ca: 'a"' }, { ca: 'a', certificate: 'a\r' }, { ca: 'a', key: 'a%' }]) assert.match(refusal(quectel, { tls }), /printable ASCII/);
    assert.match(refusal(quectel, { tls: {} }), /tls has a ca/);
    assert.is(refusal(quectel, { tls: { acceptAnyCertificate: true } }), '');
    assert.match(refusal(nordic, { tls: { ca: 'a' } }), /no sockets with TLS/);
});

test('a PIN is 4 to 8 digits', () => {
    for (const pin of ['123', '123456789', '12a4', '1234 ', '-123', '12"4']) assert.match(refusal(quectel, { pin }), /pin has 4 to 8 digits/, pin);
    for (const pin of ['1234', '12345678']) assert.equal(commandsOf(new Plan(optionsOf(quectel, { pin })).enterPin), [`AT+CPIN="${pin}"`]);
    assert.equal(commandsOf(new Plan(optionsOf(quectel)).enterPin), []);
});

test('host, port and sizes are checked', () => {
    assert.match(refusal(quectel, { host: '' }), /host is a name/);
    for (const port of [0, 65536, 1.5, NaN, -1]) assert.match(refusal(quectel, { port }), /port is 1 to 65535/);
    for (const sendSize of [15, 16.5, NaN]) assert.match(refusal(quectel, { sendSize }), /sendSize/);
    for (const readSize of [0, 1501, 1.5]) assert.match(refusal(quectel, { readSize }), /readSize/);
    assert.match(refusal(quectel, { host: 'h'.repeat(200) }), /lineSize holds the longest command/);
    assert.is(refusal(quectel, { host: 'h'.repeat(200), lineSize: 300 }), '');
    assert.match(refusal(sim800, { lineSize: 30 }), /lineSize/);
});

// Commands

test('host and port, 1883 or 8883, and the place of what is given', () => {
    const dialOf = (more: Partial<ModemOptions>) => commandsOf(new Plan(optionsOf(quectel, more)).dial).at(-1);
    assert.is(dialOf({}), 'AT+QIOPEN=1,0,"TCP","broker.example",1883,0,0');
    assert.is(dialOf({ port: 18830, host: '192.0.2.1' }), 'AT+QIOPEN=1,0,"TCP","192.0.2.1",18830,0,0');
    assert.is(dialOf({ tls: { ca: 'ca.pem' } }), 'AT+QSSLOPEN=1,1,0,"broker.example",8883,0');
});

test('of TLS only what is given is set, and the level follows from it', () => {
    const configured = (tls: ModemOptions['tls']) => commandsOf(new Plan(optionsOf(quectel, { tls })).dial).filter(command => /cert|key|seclevel/.test(command));
    assert.equal(configured({ acceptAnyCertificate: true }), ['AT+QSSLCFG="seclevel",1,0']);
    assert.equal(configured({ ca: 'ca.pem' }), ['AT+QSSLCFG="cacert",1,"ca.pem"', 'AT+QSSLCFG="seclevel",1,1']);
    assert.equal(configured({ ca: 'ca.pem', certificate: 'c.pem', key: 'k.pem' }), [
        'AT+QSSLCFG="cacert",1,"ca.pem"', 'AT+QSSLCFG="clientcert",1,"c.pem"', 'AT+QSSLCFG="clientkey",1,"k.pem"', 'AT+QSSLCFG="seclevel",1,2',
    ]);
});

test('a user and his password are given to every cellular dialect, and no command for them without', () => {
    for (const dialect of cellular) {
        const given = allOf(new Plan(optionsOf(dialect, { user: 'Ursula', password: 'secret' }))).filter(command => command.includes('Ursula'));
        assert.is(given.length, 1, dialect.name);
        assert.ok(given[0].includes('"secret"'), dialect.name);
        assert.equal(allOf(new Plan(optionsOf(dialect))).filter(command => /AUTH/.test(command)), [], dialect.name);
    }
});

test('power saving is asked for where it is wanted, of cellular modems, and then nothing turns them off', () => {
    const wanted = { powerSaving: { periodicUpdate: 3600, active: 10 }, slowPaging: { cycle: 81.92 } } as const;
    for (const dialect of cellular) {
        const plan = new Plan(optionsOf(dialect, wanted));
        assert.equal(commandsOf(plan.prepare).slice(-2), ['AT+CPSMS=1,,,"00000110","00000101"', 'AT+CEDRXS=2,4,"0101"'], dialect.name);
        assert.equal(plan.powerDown, []);
        const without = new Plan(optionsOf(dialect));
        assert.equal(allOf(without).filter(command => /CPSMS|CEDRXS/.test(command)), []);
        assert.ok(without.powerDown.length > 0, dialect.name);
    }
    assert.equal(allOf(new Plan(optionsOf(espAt, wanted))).filter(command => /CPSMS|CEDRXS/.test(command)), []);
});

test('times are rounded up to what the network can be told (24.008 §10.5.7.3, §10.5.7.4a)', () => {
    const saving = (periodicUpdate: number, active: number) => commandsOf(new Plan(optionsOf(quectel, { powerSaving: { periodicUpdate, active } })).prepare).at(-1)!.slice('AT+CPSMS=1,,,'.length);
    for (const [periodicUpdate, active, text] of [
        [1, 0, '"01100001","00000000"'], [62, 2, '"01111111","00000001"'], [63, 63, '"10000011","00100010"'], [930, 62, '"10011111","00011111"'],
        [1860, 1860, '"10111111","00111111"'], [1861, 1861, '"00000100","01000110"'], [18600, 11160, '"00011111","01011111"'], [86400, 60, '"00111000","00011110"'],
        [1116000, 6, '"01011111","00000011"'], [35712000, 6, '"11011111","00000011"'],
    ] as const) assert.is(saving(periodicUpdate, active), text, `${periodicUpdate} ${active}`);
    for (const [periodicUpdate, active] of [[0, 1], [-1, 1], [35712001, 1], [NaN, 1], [60, -2], [60, 11161], [60, NaN]] as const) {
        assert.throws(() => saving(periodicUpdate, active), RangeError, `${periodicUpdate} ${active}`);
    }
});

test('cycles are rounded up to what the network can be told (24.008 §10.5.5.32)', () => {
    const paging = (cycle: number, narrowband?: true) => commandsOf(new Plan(optionsOf(quectel, { slowPaging: { cycle, narrowband } })).prepare).at(-1);
    for (const [cycle, code] of [
        [5.12, '0000'], [10, '0001'], [20.48, '0010'], [40, '0011'], [61.44, '0100'], [81.92, '0101'], [102.4, '0110'], [122.88, '0111'], [143, '1000'], [163.84, '1001'],
        [163.9, '1010'], [655, '1011'], [1310, '1100'], [2621, '1101'], [5242, '1110'], [10485, '1111'],
    ] as const) assert.is(paging(cycle), `AT+CEDRXS=2,4,"${code}"`, String(cycle));
    assert.is(paging(20.48, true), 'AT+CEDRXS=2,5,"0010"');
    for (const cycle of [0, -1, NaN, 10486]) assert.throws(() => paging(cycle), RangeError, String(cycle));
});

test('no dialect leaves a letter of its own in a command', () => {
    for (const dialect of all) {
        const plan = new Plan(optionsOf(dialect, { user: 'u', password: 'p', pin: '1234', powerSaving: { periodicUpdate: 60, active: 2 }, slowPaging: { cycle: 10 } }));
        for (const command of [...allOf(plan), ...commandsOf([plan.send, plan.read, ...plan.hangUp, ...plan.detach, ...plan.reset, ...new Plan(optionsOf(dialect)).powerDown])]) {
            assert.not.match(command, /%/, dialect.name);
        }
    }
});

test.run();
