// What `motemq test` is made of, part by part: the lines that boards write, images, faults of links, secrets, reports.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt-packet';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { faults } from '../boards/virtual/faults.ts';
import { makeImage, readImage } from '../boards/virtual/image.ts';
import { exitCodeOf } from '../host/harness/bench/bench.ts';
import type { BenchBoard } from '../host/harness/bench/bench-board.ts';
import { BoardSession } from '../host/harness/bench/board-session.ts';
import { ChildPort } from '../host/harness/bench/child-port.ts';
import { literalOf } from '../host/harness/bench/espruino.ts';
import { TestRecording } from '../host/harness/bench/packets-seen.ts';
import type { ProxyConnection } from '../host/fault-proxy.ts';
import { greet } from '../host/harness/bench/greeting.ts';
import { LentPort } from '../host/harness/bench/lent-port.ts';
import { planOf, summaries } from '../host/harness/bench/plan.ts';
import { readBoardLine, readMemory, unquote } from '../host/harness/bench/protocol.ts';
import { RawLog } from '../host/harness/bench/raw-log.ts';
import { readHistory } from '../host/harness/bench/report/history.ts';
import { pageOf } from '../host/harness/bench/report/page.ts';
import { sparkline } from '../host/harness/bench/report/sparkline.ts';
import { junitOf, tapOf } from '../host/harness/bench/report/text.ts';
import { stepOf } from '../host/harness/bench/report/timeline.ts';
import { writeReports } from '../host/harness/bench/report/write.ts';
import type { BoardResult, RunResult, TestResult } from '../host/harness/bench/results.ts';
import { hiderOf, networkOf } from '../host/harness/bench/secrets.ts';
import { perform } from '../host/harness/bench/stagehand.ts';
import { directors } from '../host/bench-directors.ts';
import type { Stage } from '../host/stage.ts';
import { testCommand } from '../host/harness/commands/test.ts';
import { BENCH_FAILED, BenchError, PASSED, TEST_FAILED, UsageError } from '../host/harness/errors.ts';
import type { Port } from '../host/harness/port.ts';
import { names } from '../suites/every.ts';

const folder = mkdtempSync(join(tmpdir(), 'parts-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('the board\'s lines are read, and anything else is something else', () => {
    const lines: Record<string, unknown> = {
        '# motemq ready motemq-image-1': { kind: 'ready', image: 'motemq-image-1' },
        '# motemq run a1 image b2 memory -1 engine xs 1': { kind: 'greeting', run: 'a1', image: 'b2', engine: 'xs 1' },
        '#3 begins': { kind: 'begins', test: 3 }, '#3 ? cut rst': { kind: 'command', test: 3, command: 'cut rst' }, '#3 state 1 0': { kind: 'note', test: 3, text: 'state 1 0' },
        'ok 3 - a - b': { kind: 'result', test: 3, passed: true, skip: '' }, 'not ok 4 - a': { kind: 'result', test: 4, passed: false, skip: '' },
        'ok 5 - a # SKIP why': { kind: 'result', test: 5, passed: true, skip: 'why' }, '  ms: 12': { kind: 'detail', name: 'ms', value: '12' }, '  ...': { kind: 'end of details' },
    };
    for (const [line, read] of Object.entries(lines)) assert.equal(readBoardLine(line), read);
    for (const other of ['ok', 'ok 3', 'nok 3 - a', '#3', '#x y', '# motemq ready', 'TAP version 14', '1..3', ' ok 3 - a', '']) assert.is(readBoardLine(other).kind, 'other', other);
    assert.equal([readMemory('[1, 2]'), readMemory('[-1, -1]'), readMemory('[1')], [[1, 2], null, null]);
    assert.equal([unquote('"a\\"b"'), unquote('"torn\\x1b"')], ['a"b', 'torn\\x1b']);
});

test('a process that ends is a board that crashes, and one that sleeps is started again', async () => {
    const once = join(folder, 'once');
    const program = `const fs = require('fs'); if (fs.existsSync(${JSON.stringify(once)})) process.exit(3); fs.writeFileSync(${JSON.stringify(once)}, ''); console.log('asleep'); process.exitCode = 42;`;
    const port = new ChildPort('process', [process.execPath, '-e', program], 42);
    const text = await new Promise<string>((resolve) => {
        let heard = '';
        port.onBytes = (bytes) => {
            heard += Buffer.from(bytes).toString();
            if (heard.includes('abort')) resolve(heard);
        };
    });
    assert.is(text, 'asleep\n\nabort() was called: the process ended with 3\n');
    assert.is(port.gone.aborted, false);
    await port.close();
});

test('a fault of a link that is not there is refused: a board would pass without it', async () => {
    const stage = { proxy: { current: undefined }, cut() {} } as unknown as Stage;
    for (const command of ['cut fin', 'cut rst', 'cut inside', 'cut before', 'refuse', 'drop', 'stall', 'delay', 'split', 'fly']) {
        const error = await perform(stage, command, null).then(() => null, (error: Error) => error);
        assert.match(`${error?.message}`, command === 'fly' ? /no such command/ : /not connected/, command);
    }
    assert.is(await perform(stage, 'power', null), 'unable');
});

test('a board that does not answer: what it complained about is said, and its prompts are not', async () => {
    const port: Port = { name: 'p', usb: null, hasLines: false, gone: new AbortController().signal, onBytes() {}, async write() {}, async setLines() {}, async setBaud() {}, async close() {} };
    const board = { name: 'attic', baud: 115200, needsNetwork: false } as BenchBoard;
    const session = new BoardSession(board, port, { image: 'i', run: 'r', network: null, hide: text => text }, new RawLog(join(folder, 'attic.log'), text => text));
    const refused = greet(session, 1, 20, port.gone).then(() => null, (error: Error) => error);
    port.onBytes(Buffer.from(`OUT OF MEMORY at z (:1:1)\r\n${'>\r\n'.repeat(9)}>`));
    const error = await refused;
    assert.is(error?.message, 'attic does not start its program (OUT OF MEMORY at z (:1:1)): no answer within 0.02 s. Its last lines:\n    OUT OF MEMORY at z (:1:1)');
});

test('a port that was lent comes back as soon as it is there again, unless it was closed meanwhile', async () => {
    const opened: boolean[] = [];
    let missing = 0;
    const open = async (): Promise<Port> => {
        if (missing-- > 0) throw new BenchError('it is not there', 'wait');
        const index = opened.push(true) - 1;
        return { name: 'p', usb: null, hasLines: false, gone: new AbortController().signal, onBytes() {}, async write() {}, async setLines() {}, async setBaud() {}, close: async () => void (opened[index] = false) };
    };
    const port = await LentPort.open(open);
    await port.lend(async () => {
        assert.equal(opened, [false]);
        missing = 1;
    });
    assert.equal(opened, [false, true]);
    await port.lend(() => port.close());
    assert.equal(opened, [false, false]);
    assert.is(port.gone.aborted, false);
});

test('each scenario of a board has a director and says what it shows', () => {
    assert.equal(Object.keys(directors).sort(), [...names].sort());
    assert.equal(Object.keys(summaries).sort(), [...names].sort());
});

test('the help names every fault of a virtual board', () => {
    for (const name of Object.keys(faults)) assert.match(testCommand.help, new RegExp(`[ :]${name}[,.:\\n ]`), name);
});

test('a filter means the test of its name, or those that have it in theirs', () => {
    const chosen = (filter: string): string[] => planOf(filter, null).map(({ name }) => name);
    assert.equal(chosen('connect'), ['connect']);
    assert.equal(chosen('large, rate'), ['stream large', 'skip large', 'rate']);
    assert.is(chosen('').length, names.length);
    assert.equal(planOf('steady', 7), [{ name: 'steady', deadline: 7000 }]);
    assert.throws(() => planOf('fly', null), (error: Error) => error instanceof UsageError);
    assert.throws(() => planOf('connect, fly', null), /no test has fly in its name/);
});

test('an image is started whole or not at all, and only on its chip', () => {
    const program = { script: 'trace("ä")', preload: ['var a'] };
    const image = makeImage(5, program);
    assert.is((image.length - 32) % 16, 0);
    const flash = Buffer.concat([image, Buffer.alloc(100, 0xff)]);
    assert.equal(readImage(flash, 5), { program });
    assert.match((readImage(flash, 0) as { because: string }).because, /mismatch chip ID/);
    assert.match((readImage(Buffer.alloc(64, 0xff), 5) as { because: string }).because, /^invalid header: 0xffffffff$/);
    for (let at = 32; at < image.length; at++) {
        const spoiled = Buffer.from(flash);
        spoiled[at] ^= 0x10;
        // The bytes that fill the last block are under the SHA-256 alone.
        assert.match((readImage(spoiled, 5) as { because: string }).because, /Checksum failed|hash failed/, `byte ${at}`);
    }
    assert.match((readImage(flash.subarray(0, image.length - 40), 5) as { because: string }).because, /invalid segment length/);
});

test('names of networks reach Espruino as their bytes in UTF-8, and the console as ASCII', () => {
    assert.is(literalOf('{"ssid":"Küche – 5"}'), '{"ssid":"K\\xc3\\xbcche \\xe2\\x80\\x93 5"}');
});

test('what must not be seen is not, the longer word first, in every way of quoting', () => {
    assert.is(networkOf({}), null);
    const hide = hiderOf(networkOf({ MOTEMQ_WIFI_SSID: 'net', MOTEMQ_WIFI_PASSWORD: 'net"1' }));
    assert.is(hide('join net with net"1, {"p":"net\\"1"}, net%221'), 'join *** with ***, {"p":"***"}, ***');
    assert.is(hiderOf(null)('net'), 'net');
    const umlaut = hiderOf({ ssid: 'Küche', password: 'süß"' });
    assert.is(umlaut('Küche K\\xc3\\xbcche K\\xC3\\xBCche K\\u00c3\\u00bcche s\\xc3\\xbc\\xc3\\x9f\\" s\u00fc\u00df"'), '*** *** *** *** *** ***');
});

test('packets have the time of their last byte, whatever they were split into; malformed ones are said', () => {
    let now = 100;
    const lines: string[] = [];
    const recording = new TestRecording({ print: line => lines.push(line), clock: { now: () => now++ } }, 'two words');
    const connection = { number: 0, wasReset: false, endedBy: 'client' } as ProxyConnection;
    recording.hooks.onConnection(connection);
    recording.hooks.onBytes(connection, 'up', mqtt.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'c', clean: true, keepalive: 9, username: 'user', password: Buffer.from('secret') }));
    for (const [direction, hex] of [['down', '20020000'], ['up', '320a00'], ['up', '04702f61620009'], ['up', '6869'], ['down', '40020009'], ['down', 'f000ff']] as const) recording.hooks.onBytes(connection, direction, Buffer.from(hex, 'hex'));
    recording.hooks.onEnd(connection);
    const seen = recording.read('p');
    assert.equal(seen.packets.slice(0, 4).map(({ text }) => text), ['CONNECT client "c", clean session, keep-alive 9 s, user hidden, password hidden', 'CONNACK accepted', 'PUBLISH identifier 9, QoS 1, "ab", 2 B "hi", in 3 pieces', 'PUBACK identifier 9']);
    assert.equal(seen.packets.slice(2, 4), [
        { at: 6, connection: 0, direction: 'up', text: 'PUBLISH identifier 9, QoS 1, "ab", 2 B "hi", in 3 pieces', bytes: 12 }, { at: 7, connection: 0, direction: 'down', text: 'PUBACK identifier 9', bytes: 4 },
    ]);
    assert.match(seen.packets[4].text, / ! /);
    assert.equal([seen.bytesUp, seen.bytesDown, seen.messages, seen.packetsLeftOut], [41, 11, 1, 0]);
    assert.ok(lines.every(line => line.startsWith('mqtt~ two-words.0 ')));
});

const result = (name: string, fields: Partial<TestResult> = {}): TestResult => ({
    name, round: 1, status: 'passed', reason: '', ms: 5, attempts: 1, memory: null, bytesUp: 10, bytesDown: 2, messages: 0, notes: [], packets: [], packetsLeftOut: 0, ...fields,
});
const nasty = '<script>alert(1)</script> & "]]>" \'\u001b[31m\u0000';
const board = (tests: readonly TestResult[], fields: Partial<BoardResult> = {}): BoardResult => ({
    name: 'attic', port: nasty, chip: 'esp32', engine: 'xs', image: 'i', loaded: nasty, faults: [], broken: false, ms: 1, tests, log: 'attic.log', ...fields,
});
const runOf = (boards: readonly BoardResult[]): RunResult => ({ run: 'a1', begun: '2026-01-02T03:04:05.000Z', ms: 9, broker: 'aedes', boards });

test('the exit code: a failed test is certain, whatever the bench did', () => {
    const unreached = board([result('b', { status: 'unreached' })], { broken: true });
    assert.is(exitCodeOf(runOf([board([result('a')])])), PASSED);
    assert.is(exitCodeOf(runOf([board([result('a', { status: 'skipped' })])])), PASSED);
    assert.is(exitCodeOf(runOf([board([result('a')]), unreached])), BENCH_FAILED);
    assert.is(exitCodeOf(runOf([board([result('a', { status: 'failed' })]), unreached])), TEST_FAILED);
});

test('TAP, JUnit and page hold whatever a board has printed, as text', async () => {
    const run = runOf([board([
        result('fine', { packets: [{ at: 1, connection: 0, direction: 'up', text: nasty, bytes: 3 }], memory: [1, 2], messages: 2 }),
        result('bad', { status: 'failed', reason: `${nasty}\nmore`, notes: [nasty] }), result('left', { status: 'skipped', reason: nasty }),
        result('never', { status: 'unreached', reason: 'stopped' }),
    ], { faults: [{ message: nasty, advice: nasty }], broken: true })]);
    const tap = await tapOf(run);
    assert.match(tap, /^ {4}ok 1 - fine$/m);
    assert.match(tap, /^ {4}# bytes per message 6\.0$/m);
    assert.match(tap, /^ {4}not ok 2 - bad$/m);
    assert.match(tap, /^ {4}ok 3 - left # SKIP /m);
    assert.match(tap, /^not ok 1 - attic$/m);
    const junit = junitOf(run);
    assert.match(junit, /<testsuites tests="4" failures="1" errors="1" skipped="1"/);
    // oxlint-disable-next-line no-control-regex
    assert.not.match(junit, /[\x00-\x08\x0b\x0c\x0e-\x1f]/);
    assert.not.match(junit.replace(/<!\[CDATA\[[^]*?\]\]>/g, ''), /<script|& /);
    const page = pageOf(run, []);
    assert.not.match(page, /<script|alert\(1\)<\//);
    assert.match(page, /&lt;script&gt;/);
    assert.not.match(page, /https?:|src=|@import|url\(/);
});

test('earlier runs are drawn; a line of history that was torn is left out', async () => {
    const path = join(folder, 'history.jsonl');
    assert.equal(readHistory(path), []);
    const steady = (ms: number): TestResult => result('rate', { ms, notes: [`rate qos 0 ${ms} a second`, 'rate qos 1 40 a second'] });
    await writeReports(folder, runOf([board([steady(100)])]));
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"run":"torn\n`);
    const page = await writeReports(folder, runOf([board([steady(250)])]));
    const runs = readHistory(path);
    assert.equal(runs.map(({ boards }) => boards['attic']['rate']), [
        { status: 'passed', ms: 100, memory: null, bytesPerMessage: null, rates: [100, 40] }, { status: 'passed', ms: 250, memory: null, bytesPerMessage: null, rates: [250, 40] },
    ]);
    assert.match(readFileSync(page, 'utf8'), /Over 2 runs[^]*2 runs: 100 to 250 a second, last 250/);
    assert.is(sparkline([1, null], 'ms'), '');
    assert.match(sparkline([1, null, 3], 'ms'), /points="4\.0,22\.0 106\.0,4\.0"/);
    assert.equal([stepOf(9), stepOf(11), stepOf(4200)], [1, 2, 500]);
});

test.run();
