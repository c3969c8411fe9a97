// Patterns, and what the options of a modem become: which texts are refused, which commands are given.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from '../../../scripts/root.ts';
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import { espAt, nordic, quectel, sim7080, sim7600, sim800, ublox } from '../dialects/index.ts';
import { ModemTransport } from '../index.ts';
import type { Dialect, ModemOptions } from '../index.ts';
import { BookWriter } from '../book.ts';
import { ALONE, MISCOUNTED, Numbers } from '../pattern.ts';
import { ASK_TRIES, COUNT, DETACH, ENTER_PIN, Plan, READ, RESET, SEND } from '../plan.ts';
import { ATTACHING, CLOSING, DIALING, PREPARING, REGISTERING, SLEEPING, UNLOCKING } from '../stages.ts';
import { commandsOf, Line, match, textOf } from './engine-world.ts';

const cellular = [nordic, quectel, sim7080, sim7600, sim800, ublox];
const all = [...cellular, espAt];

function optionsOf(dialect: Dialect, more: Partial<ModemOptions> = {}): ModemOptions {
    return { serial: new Line(), platform: new VirtualPlatform(), dialect, host: 'broker.example', apn: 'internet', ...more };
}

/** The commands of `sequences` as they go out, numbers aside. */
const given = (plan: Plan, ...sequences: number[]): string[] => commandsOf(plan, sequences).map(({ command }) => command);

const allOf = (plan: Plan): string[] => given(plan, PREPARING, UNLOCKING, ASK_TRIES, ENTER_PIN, REGISTERING, ATTACHING, DIALING);

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
    for (const [line, matches] of [
        ['+X: 0,12,345', true], ['+X: 0,12,', false], ['+X: 0,12', false], ['+X: 0,12,345 ', false], ['+X: 1,12,345', false], ['+x: 0,12,345', false],
        ['+X: 0,123456789,0', true], ['+X: 0,1234567890,0', false], ['+X: 0,-1,0', true], ['+X: 0,-,0', false], ['', false],
    ] as const) assert.is(match('+X: %i,%n,%r', line) !== null, matches, line);
});

test('numbers are taken over if all of it matches, and none if not', () => {
    let numbers!: Numbers;
    const line = '+X: 7,12,345,6;';
    const prepare = (made: Numbers): void => {
        numbers = made;
        numbers.socket = 3;
    };
    assert.not(match('+X: %I,%n,%r,%z;', line.slice(0, -1), prepare));
    assert.equal([numbers.socket, numbers.count, numbers.left, numbers.result], [3, 0, 0, 0]);
    assert.ok(match('+X: %I,%n,%r,%z;', line, prepare));
    assert.equal([numbers.socket, numbers.count, numbers.left, numbers.result], [7, 12, 345, 6]);
});

test('%l must be the length, %t the bytes sent so far; %* is the rest, %% and other letters are themselves', () => {
    const prepare = (numbers: Numbers): void => {
        numbers.length = 10;
        numbers.total = 12345;
    };
    assert.is(match('ACCEPT:%l', 'ACCEPT:10', prepare)!.result, 0);
    assert.is(match('ACCEPT:%l', 'ACCEPT:9', prepare)!.result, MISCOUNTED);
    assert.is(match('SENT:%t', 'SENT:12345', prepare)!.result, 0);
    assert.is(match('SENT:%t', 'SENT:10', prepare)!.result, MISCOUNTED);
    assert.ok(match('+X: %*', '+X: '));
    assert.ok(match('+X: %*', '+X: "anything", 1'));
    assert.not(match('+X: %*', '+X:'));
    assert.ok(match('100%y', '100%y'));
    assert.ok(match('100%', '100%'));
});

test('of a list the first pattern that matches is found', () => {
    const writer = new BookWriter([], '', 192);
    const { place } = writer;
    writer.list(['+A', '%n,CLOSED', '+A: %n', '+A: %*'], [5, 6, 7, 8]);
    const book = writer.finish();
    const numbers = new Numbers(book);
    const found = (line: string): number => {
        const at = numbers.find(place, 1, Buffer.from(line), line.length);
        return at < 0 ? at : book[at + book[at] + 1];
    };
    for (const [line, extra] of [['+A', 5], ['3,CLOSED', 6], ['+A: 1', 7], ['+A: x', 8], ['+B', -1], ['', -1]] as const) assert.is(found(line), extra, line);
});

test('a command has its numbers in digits, or does not fit', () => {
    const into = new Uint8Array(16);
    const written = (command: string, socket: number, length: number): string => {
        const writer = new BookWriter([], '', 192);
        const { place } = writer;
        writer.pattern(command);
        const numbers = new Numbers(writer.finish());
        numbers.socket = socket;
        numbers.length = length;
        const end = numbers.write(place + 1, writer.place, into);
        return end < 0 ? 'too long' : textOf(into, 0, end);
    };
    for (const [socket, length, text] of [[0, 0, 'S=0,0'], [9, 10, 'S=9,10'], [12, 1460, 'S=12,1460'], [0, 99999, 'S=0,99999']] as const) {
        assert.is(written('S=%i,%n', socket, length), text);
    }
    assert.is(written('x'.repeat(16), 0, 0), 'x'.repeat(16));
    assert.is(written('x'.repeat(17), 0, 0), 'too long');
    assert.is(written('x'.repeat(12) + '%n', 0, 99999), 'too long');
});

test('a book grows as far as it must', () => {
    const writer = new BookWriter([], '', 192);
    const places: number[] = [];
    for (let index = 0; index < 40; index++) {
        places.push(writer.place);
        writer.pattern(`${'+LONG PATTERN '.repeat(3)}${index}`);
    }
    const numbers = new Numbers(writer.finish());
    for (const [index, place] of places.entries()) {
        const line = `${'+LONG PATTERN '.repeat(3)}${index}`;
        assert.is(numbers.find(place, ALONE, Buffer.from(line), line.length), place, line);
    }
});

// Texts

test('texts that could end a command or a string in it are refused by every dialect, and named without their value', () => {
    for (const dialect of all) {
        for (const text of ['a"b', 'a\rb', 'a\nb', 'a\0b', 'ä', '\x7f']) {
            if (dialect.isWifi && text === 'a"b') continue;
            for (const name of ['apn', 'user', 'password', 'host'] as const) {
                const message = refusal(dialect, { [name]: text });
                assert.match(message, new RegExp(`motemq: ${name} has printable ASCII`), JSON.stringify(text));
                assert.not.ok(message.includes(text), 'a password is not shown');
            }
        }
        for (const text of ['a,b;c', "it's", 'AT+QPOWD', '\\', ' ', 'a%nb', '100%', '%x']) assert.is(refusal(dialect, { apn: text, user: text, password: text }), '', text);
    }
});

test('a percent sign in a text is one, and stands for no number', () => {
    const commands = given(new Plan(optionsOf(sim7600, { apn: '%i', user: '100%', password: '%x%a' })), ATTACHING);
    assert.ok(commands.includes('AT+CGDCONT=1,"IP","%i"'), commands.join());
    assert.ok(commands.includes('AT+CGAUTH=1,1,"%x%a","100%"'), commands.join());
});

test('in the texts of a WiFi modem a backslash stands before quote, comma and backslash', () => {
    const commands = given(new Plan(optionsOf(espAt, { apn: 'a,b', password: '"c\\d' })), ATTACHING);
    assert.is(commands[0], 'AT+CWJAP="a\\,b","\\"c\\\\d"');
});

test('the time to find a network is one that a clock of 32 bits can tell', () => {
    for (const registrationTimeout of [0, -1, NaN, Infinity, 0x40000000]) assert.match(refusal(quectel, { registrationTimeout }), /registrationTimeout is/);
    assert.is(refusal(quectel, { registrationTimeout: 0x3fffffff }), '');
});

test('names of files for TLS are held to the same', () => {
    for (const tls of [{ ca: 'a"' }, { ca: 'a', certificate: 'a\r', key: 'a' }, { ca: 'a', certificate: 'a', key: 'a\n' }]) assert.match(refusal(quectel, { tls }), /printable ASCII/);
    assert.match(refusal(quectel, { tls: {} }), /tls has a ca/);
    for (const half of [{ certificate: 'node.pem' }, { key: 'node.key' }]) assert.match(refusal(quectel, { tls: { ca: 'ca.pem', ...half } }), /certificate and tls\.key are given together/);
    assert.is(refusal(quectel, { tls: { acceptAnyCertificate: true } }), '');
    assert.match(refusal(sim800, { tls: { ca: 'a' } }), /no sockets with TLS/);
    assert.match(refusal(nordic, { tls: { acceptAnyCertificate: true } }), /tls has a ca/);
});

test('a PIN is 4 to 8 digits', () => {
    for (const pin of ['123', '123456789', '12a4', '1234 ', '-123', '12"4']) assert.match(refusal(quectel, { pin }), /pin has 4 to 8 digits/, pin);
    for (const pin of ['1234', '12345678']) assert.equal(given(new Plan(optionsOf(quectel, { pin })), ENTER_PIN), [`AT+CPIN="${pin}"`]);
    assert.equal(given(new Plan(optionsOf(quectel)), ASK_TRIES, ENTER_PIN), []);
    assert.equal(given(new Plan(optionsOf(quectel, { pin: '1234' })), ASK_TRIES), ['AT+QPINC="SC"', 'AT+CPINR="SIM PIN"']);
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
    const dialOf = (more: Partial<ModemOptions>) => given(new Plan(optionsOf(quectel, more)), DIALING).at(-1);
    assert.is(dialOf({}), 'AT+QIOPEN=1,0,"TCP","broker.example",1883,0,0');
    assert.is(dialOf({ port: 18830, host: '192.0.2.1' }), 'AT+QIOPEN=1,0,"TCP","192.0.2.1",18830,0,0');
    assert.is(dialOf({ tls: { ca: 'ca.pem' } }), 'AT+QSSLOPEN=1,1,0,"broker.example",8883,0');
});

test('of TLS only what is given is set, and the level follows from it', () => {
    const configured = (tls: ModemOptions['tls']) => given(new Plan(optionsOf(quectel, { tls })), DIALING).filter(command => /cert|key|seclevel/.test(command));
    assert.equal(configured({ acceptAnyCertificate: true }), ['AT+QSSLCFG="seclevel",1,0']);
    assert.equal(configured({ ca: 'ca.pem' }), ['AT+QSSLCFG="cacert",1,"ca.pem"', 'AT+QSSLCFG="seclevel",1,1']);
    assert.equal(configured({ ca: 'ca.pem', certificate: 'c.pem', key: 'k.pem' }), [
        'AT+QSSLCFG="cacert",1,"ca.pem"', 'AT+QSSLCFG="clientcert",1,"c.pem"', 'AT+QSSLCFG="clientkey",1,"k.pem"', 'AT+QSSLCFG="seclevel",1,2',
    ]);
});

test('a user and his password are given to every cellular dialect, and no command for them without', () => {
    for (const dialect of cellular) {
        const giving = allOf(new Plan(optionsOf(dialect, { user: 'Ursula', password: 'secret' }))).filter(command => command.includes('Ursula'));
        assert.is(giving.length, 1, dialect.name);
        assert.ok(giving[0].includes('"secret"'), dialect.name);
        assert.equal(allOf(new Plan(optionsOf(dialect))).filter(command => /AUTH/.test(command)), [], dialect.name);
    }
});

test('power saving is asked for where it is wanted, of cellular modems, and then nothing turns them off', () => {
    const wanted = { powerSaving: { periodicUpdate: 3600, active: 10 }, slowPaging: { cycle: 81.92 } } as const;
    for (const dialect of cellular) {
        const plan = new Plan(optionsOf(dialect, wanted));
        assert.equal(given(plan, PREPARING).slice(-2), ['AT+CPSMS=1,,,"00000110","00000101"', 'AT+CEDRXS=2,4,"0101"'], dialect.name);
        assert.not(plan.has(SLEEPING));
        const without = new Plan(optionsOf(dialect));
        assert.equal(allOf(without).filter(command => /CPSMS|CEDRXS/.test(command)), []);
        assert.ok(without.has(SLEEPING), dialect.name);
    }
    assert.equal(allOf(new Plan(optionsOf(espAt, wanted))).filter(command => /CPSMS|CEDRXS/.test(command)), []);
});

test('times are rounded up to what the network can be told (24.008 §10.5.7.3, §10.5.7.4a)', () => {
    const saving = (periodicUpdate: number, active: number) => given(new Plan(optionsOf(quectel, { powerSaving: { periodicUpdate, active } })), PREPARING).at(-1)!.slice('AT+CPSMS=1,,,'.length);
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
    const paging = (cycle: number, narrowband?: true) => given(new Plan(optionsOf(quectel, { slowPaging: { cycle, narrowband } })), PREPARING).at(-1);
    for (const [cycle, code] of [
        [5.12, '0000'], [10, '0001'], [20.48, '0010'], [40, '0011'], [61.44, '0100'], [81.92, '0101'], [102.4, '0110'], [122.88, '0111'], [143, '1000'], [163.84, '1001'],
        [163.9, '1010'], [655, '1011'], [1310, '1100'], [2621, '1101'], [5242, '1110'], [10485, '1111'],
    ] as const) assert.is(paging(cycle), `AT+CEDRXS=2,4,"${code}"`, String(cycle));
    assert.is(paging(20.48, true), 'AT+CEDRXS=2,5,"0010"');
    for (const cycle of [0, -1, NaN, 10486]) assert.throws(() => paging(cycle), RangeError, String(cycle));
});

test('the table of the README names commands that the dialects give', () => {
    const text = readFileSync(join(root, 'targets/modem/README.md'), 'utf8');
    const [head, , ...rows] = text.slice(text.indexOf('| | quectel')).split('\n').filter(line => line.startsWith('|')).map(line => line.split('|').slice(1, -1).map(cell => cell.trim()));
    const columns: Record<string, Dialect> = { quectel, sim7600, sim7080, sim800, ublox, nordic, 'esp-at': espAt };
    assert.equal(head.slice(1), Object.keys(columns));
    assert.ok(rows.length > 20);
    const options = { user: 'u', password: 'p', pin: '1234', powerSaving: { periodicUpdate: 60, active: 2 }, slowPaging: { cycle: 10 } };
    for (const [index, dialect] of Object.values(columns).entries()) {
        const plans = [new Plan(optionsOf(dialect, options)), new Plan(optionsOf(dialect)), ...dialect.tls ? [new Plan(optionsOf(dialect, { tls: { ca: '1', certificate: 'c', key: 'k' } }))] : []];
        const commands = plans.flatMap(plan => [...allOf(plan), ...given(plan, SEND, READ, COUNT, CLOSING, SLEEPING, DETACH, RESET)]);
        for (const row of rows) {
            const named = [...row[index + 1].matchAll(/`(.*?)`/g)].map(match => match[1]);
            assert.ok(named.length > 0 || row[index + 1] !== '' || row[0].startsWith('its'), `${dialect.name}: ${row[0]}`);
            for (const command of named) assert.ok(commands.some(each => each.startsWith(command)), `${dialect.name}: ${command}`);
        }
    }
});

test('no dialect leaves a letter of its own in a command', () => {
    for (const dialect of all) {
        const plan = new Plan(optionsOf(dialect, { user: 'u', password: 'p', pin: '1234', powerSaving: { periodicUpdate: 60, active: 2 }, slowPaging: { cycle: 10 } }));
        for (const command of [...allOf(plan), ...given(plan, SEND, READ, CLOSING, DETACH, RESET), ...given(new Plan(optionsOf(dialect)), SLEEPING)]) {
            assert.not.match(command, /%/, dialect.name);
        }
    }
});

test.run();
