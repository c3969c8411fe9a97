// `motemq test` as a user runs it, on emulated boards that are flashed, reset and driven over their serial line: verdicts, exit codes and reports,
// with boards that fail in every way at the same time.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runProcess } from '../../scripts/run-process.ts';
import { modelDevice } from '../boards/espruino/console/device.ts';
import { boardOnSocket } from '../boards/rom/ends.ts';
import { xsEngine } from '../boards/xs/build.ts';
import { runBench } from '../host/harness/bench/bench.ts';
import { test as runSuites } from '../host/harness/bench/command.ts';
import { planOf } from '../host/harness/bench/plan.ts';
import type { BoardResult, RunResult } from '../host/harness/bench/results.ts';
import { hiderOf } from '../host/harness/bench/secrets.ts';
import { virtualBoardNamed } from '../host/harness/bench/virtual.ts';
import type { Arguments } from '../host/harness/cli.ts';
import { BENCH_FAILED, INTERRUPTED, PASSED, TEST_FAILED, USAGE, UsageError } from '../host/harness/errors.ts';
import { names } from '../suites/every.ts';
import { together } from './harness-together.ts';
import { motemq as motemqHere } from './run-motemq.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const xs = await xsEngine();
if (!xs.available) console.log(`SKIPPED: boards that are emulated, because ${xs.because}`);
const onBoards = xs.available ? together : test.skip;

/** As a user does it. It is compiled for each run: once is enough. */
const motemq = (report: string, ...words: string[]) => runProcess(process.execPath, ['scripts/entries/motemq.mjs', 'test', '--report', join(folder, report), ...words], 120_000);
/** The same in this process, without a command line to read. */
async function run(report: string, boards: string, filter: string, values: object = {}): Promise<{ code: number; output: string }> {
    const lines: string[] = [];
    const code = await runSuites({ values: { board: boards.split(','), filter, report: join(folder, report), ...values } as unknown as Arguments['values'], positionals: [] }, line => lines.push(line));
    return { code, output: lines.join('\n') };
}
const file = (report: string, name: string): string => readFileSync(join(folder, report, name), 'utf8');
const resultOf = (report: string): RunResult => JSON.parse(file(report, 'results.json')) as RunResult;

/** `passed connect, failed empty`. */
const told = ({ tests }: BoardResult): string => tests.map(({ status, name }) => `${status} ${name}`).join(', ');

onBoards('every suite on an emulated board, through its loader, and on Node beside it', async () => {
    const { code, output } = await motemq('all', '--board', 'virtual,node');
    assert.is(code, PASSED, output);
    const { boards } = resultOf('all');
    const [virtual, node] = boards;
    assert.is(told(virtual), names.map(name => `passed ${name}`).join(', '));
    assert.is(told(node), names.map(name => `${name === 'power cut' ? 'skipped' : 'passed'} ${name}`).join(', '), 'a process has no power hook');
    assert.match(virtual.loaded, /^esp32 .*motemq-image-\w{8}\.bin .*written at 921600 baud/);
    assert.is(virtual.engine, 'xs');
    assert.match(node.engine, /^node \d/);
    for (const { name, packets, bytesUp, memory } of virtual.tests) {
        assert.match(packets[0].text, /^CONNECT /, name);
        assert.ok(bytesUp > 0 && memory && memory[1] > 0, name);
    }
    const steady = virtual.tests.find(({ name }) => name === 'steady')!;
    const [, then, now] = /^memory (\d+) then (\d+)$/.exec(steady.notes.find(note => note.startsWith('memory'))!)!;
    assert.ok(Number(now) <= Number(then), `${then} bytes after 200 messages, ${now} after 1000`);
    assert.is(steady.messages, 2000);
    const trace = await motemqHere('trace', join(folder, 'all', 'virtual.trace'));
    assert.match(trace.output, /^connection connect\.0\n.*\n.*connected\n.* > CONNECT .*user hidden, password hidden/m);
    assert.match(file('all', 'virtual.log'), /^\d{4}-\d\d-\d\dT[\d:.]{12}Z < ok 1 - connect$/m);
});

onBoards('boards that pass, fail, hang, crash, lose their supply and are unplugged, all at once: each is told apart, and a failed test decides', async () => {
    const kinds = ['virtual', 'virtual:astray', 'virtual:hanging', 'virtual:esp32c3:panicking', 'virtual:brownout', 'virtual:unplugged', 'virtual:collapsing'];
    const { code, output } = await run('many', kinds.join(','), 'connect,empty,retain', { timeout: '10', retries: '1' });
    assert.is(code, TEST_FAILED, output);
    const [fine, astray, hanging, panicking, brownout, unplugged, collapsing] = resultOf('many').boards;
    assert.is(told(fine), 'passed connect, passed empty, passed retain');
    assert.is(told(astray), 'passed connect, failed empty, passed retain');
    assert.match(astray.tests[1].reason, /the board is content, but the host saw otherwise/);
    assert.is(told(hanging), 'passed connect, failed empty, passed retain');
    assert.match(hanging.tests[1].reason, /the board hangs: no result, 4 s after its own deadline of 10 s\. Its last lines:\n/);
    assert.is(told(panicking), 'passed connect, failed empty, passed retain');
    assert.match(panicking.tests[1].reason, /the board crashed: Guru Meditation Error/);
    assert.is(panicking.chip, 'esp32c3');
    assert.is(told(brownout), 'passed connect, passed empty, passed retain');
    assert.is(brownout.tests[1].attempts, 2);
    assert.match(brownout.faults[0].message, /the supply voltage/);
    assert.is(brownout.broken, false);
    assert.match(brownout.loaded, / was there$/, 'what the flash holds is not written again');
    assert.is(told(unplugged), 'unreached connect, unreached empty, unreached retain');
    assert.ok(unplugged.broken);
    assert.match(unplugged.faults[0].message, /unplugged/);
    assert.is(told(collapsing), 'passed connect, failed empty, passed retain', 'a crash after the result counts');
    assert.match(collapsing.tests[1].reason, /the board crashed: Guru Meditation Error/);
    assert.match(output, /virtual6 .* 3 .*the bench failed/);
    assert.match(file('many', 'results.tap'), /^not ok 6 - virtual6$/m);
    assert.match(file('many', 'junit.xml'), /<testsuites tests="21" failures="4" errors="3"/);
});

onBoards('the bench alone fails: unplugged in a test, another program than was flashed, a flash that spoils what it holds', async () => {
    const { code, output } = await run('bench', 'virtual:vanishing,virtual:stale,virtual:corrupt', 'connect,empty', { retries: '0' });
    assert.is(code, BENCH_FAILED, output);
    const [vanishing, stale, corrupt] = resultOf('bench').boards;
    assert.is(told(vanishing), 'passed connect, unreached empty');
    assert.match(stale.faults[0].message, /runs motemq-image-00000000, and not motemq-image-/);
    assert.match(corrupt.faults[0].message, /restarts again and again[^]*Checksum failed/);
});

onBoards('what failed is run again, and nothing else', async () => {
    const first = await run('again', 'virtual:panicking', 'connect,empty,publish');
    assert.is(first.code, TEST_FAILED, first.output);
    const second = await run('again', 'virtual:panicking', '', { 'rerun-failed': true });
    assert.is(second.code, PASSED, second.output);
    // The virtual board is a new one, with an empty flash.
    assert.is(told(resultOf('again').boards[0]), 'passed publish');
    const third = await run('again', 'virtual:panicking', '', { 'rerun-failed': true });
    assert.is(third.code, PASSED);
    assert.match(third.output, /nothing failed in the last run/);
    assert.is(file('again', 'history.jsonl').trim().split('\n').length, 2);
});

together('a board of the map with Espruino, at a port: its program is uploaded in packets, what it cannot do is skipped, and its power goes and comes, with its port', async () => {
    const device = await modelDevice();
    let end = await boardOnSocket(device);
    const map = join(folder, 'map.yaml');
    const hook = join(folder, 'hook');
    // As a hub does: the adapter of the board has no power either.
    const hub = createServer(socket => void (async () => {
        end.stop();
        device.powerCycle();
        end = await boardOnSocket(device, Number(end.address.split(':')[2]));
        socket.end();
    })());
    await new Promise<void>(resolve => hub.listen(0, '127.0.0.1', resolve));
    const press = `${process.execPath} -e 'require(\\"net\\").connect(${(hub.address() as AddressInfo).port}).resume()'`;
    writeFileSync(map, `boards:\n  attic: { port: "${end.address}", engine: espruino, chip: esp32, power: "${press}" }\n  cellar: { port: "socket://127.0.0.1:1", engine: espruino, power: "echo off and on >> ${hook}" }\n  shed: { port: /dev/ttyUSB9 }\n`);
    try {
        const { code, output } = await run('mapped', 'attic,cellar', 'connect,power cut,deep sleep', { map, address: '127.0.0.1', retries: '1' });
        assert.is(code, BENCH_FAILED, output);
        const [attic, cellar] = resultOf('mapped').boards;
        assert.is(told(attic), 'passed connect, skipped deep sleep, passed power cut', attic.tests.map(({ reason }) => reason).join());
        assert.match(attic.loaded, /^Espruino 2v29 ESP32: motemq-image-\w{8} .* bytes written in packets$/);
        assert.match(attic.engine, /^espruino 2v29 ESP32$/);
        assert.ok(cellar.broken);
        assert.is(cellar.faults.length, 2, 'tried again');
        assert.is(readFileSync(hook, 'utf8'), 'off and on\n', 'before it was');
        const namesake = join(folder, 'namesake.yaml');
        writeFileSync(namesake, 'boards:\n  espruino: { port: "socket://127.0.0.1:1", engine: espruino }\n');
        assert.is((await run('namesake', '', 'connect', { board: undefined, map: namesake, address: '127.0.0.1', retries: '0' })).code, BENCH_FAILED, 'no emulated board takes the place of one of the map');
        const none = await run('mapped', '', 'connect', { board: undefined, map, tag: 'psram' }).then(() => null, (error: Error) => error);
        assert.match(`${none?.message}`, /has no board with an engine and the tag psram/);
        const shed = await run('mapped', 'shed', 'connect', { map }).then(() => null, (error: Error) => error);
        assert.match(`${shed?.message}`, /shed: say in the board map which engine it has/);
    } finally {
        end.stop();
        device.stop();
        hub.close();
    }
});

together('tests are repeated, and stop at the first failure if they are to', async () => {
    const thrice = await run('thrice', 'node', 'connect', { repeat: '3' });
    assert.is(thrice.code, PASSED, thrice.output);
    assert.equal(resultOf('thrice').boards[0].tests.map(({ name, round, status }) => [name, round, status]), [1, 2, 3].map(round => ['connect', round, 'passed']));
    assert.match(file('thrice', 'results.tap'), /ok 3 - connect \(round 3\)/);
    if (!xs.available) return;
    const bailed = await run('bailed', 'virtual:astray', 'connect,empty', { repeat: '2', bail: true });
    assert.is(bailed.code, TEST_FAILED, bailed.output);
    assert.is(told(resultOf('bailed').boards[0]), 'passed connect, failed empty, unreached connect, unreached empty');
});

together('Ctrl-C: the test that runs ends, the rest is not begun, and the reports are written', async () => {
    const child = spawn(process.execPath, ['scripts/entries/motemq.mjs', 'test', '--board', 'node', '--filter', 'connect,keep-alive,rate', '--report', join(folder, 'stopped')]);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes(' connect ')) child.kill('SIGINT');
    });
    assert.is(await new Promise(resolve => child.once('close', resolve)), INTERRUPTED);
    assert.match(told(resultOf('stopped').boards[0]), /^passed connect, (?:passed|unreached) keep-alive, unreached rate$/);
    assert.match(file('stopped', 'junit.xml'), /<error message="stopped before"/);
});

test('what is not asked for rightly ends with 3 and says what there is; --list says what each test shows', async () => {
    const node = { board: ['node'] };
    mkdirSync(join(folder, 'torn'));
    writeFileSync(join(folder, 'torn', 'results.json'), '{"boards":');
    const wrong: readonly (readonly [object, RegExp])[] = [
        [{ ...node, filter: 'fly' }, /no test has fly in its name; there are connect, publish/], [{ ...node, repeat: '0' }, /--repeat is a whole number/],
        [{ board: ['virtual:tired'] }, /'tired' is neither a chip .* nor a fault/], [{ map: join(folder, 'none.yaml') }, /there is no board map at .*virtual/s],
        [{ ...node, 'rerun-failed': true, 'report': join(folder, 'none') }, /there is no earlier run/], [{ ...node, broker: 'post' }, /--broker is aedes or mosquitto/],
        [{ ...node, report: join(folder, 'torn', 'results.json') }, /reports cannot be written into .*results\.json/], [{ ...node, 'rerun-failed': true, 'report': join(folder, 'torn') }, /is not what motemq test has written/],
        [{ ...node, address: '192.0.2.1' }, /--address is one of this machine, .*127\.0\.0\.1/],
    ];
    for (const [values, message] of wrong) {
        const error = await runSuites({ values: values as Arguments['values'], positionals: [] }).then(() => null, (error: Error) => error);
        assert.instance(error, UsageError, JSON.stringify(values));
        assert.match(error!.message, message);
    }
    const attic = await motemqHere('test', '--board', 'attic');
    assert.is(attic.code, USAGE);
    assert.match(attic.output, /there is no board attic/);
    const list = await motemqHere('test', '--list');
    assert.is(list.code, PASSED);
    for (const name of names) assert.match(list.output, new RegExp(`^${name} +\\d+ s +\\S`, 'm'));
});

/** A network whose name and password need quoting everywhere. */
const network = { MOTEMQ_WIFI_SSID: 'attic "5" <&>', MOTEMQ_WIFI_PASSWORD: 'p\\w$&"1' };

together('a network may have the words of the bench and of the scenarios for its name and its password', async () => {
    const words = { ssid: 'motemq', password: 'state' };
    const result = await runBench([{ board: (await virtualBoardNamed('node', 'words'))!, tests: planOf('publish', null) }], {
        broker: 'aedes', folder: join(folder, 'words'), network: words, hide: hiderOf(words), bail: false, rounds: 1, retries: 0, stopped: new AbortController().signal,
    }, { step() {}, result() {}, fault() {} });
    assert.is(told(result.boards[0]), 'passed publish', result.boards[0].faults[0]?.message);
    const [test] = result.boards[0].tests;
    assert.ok(test.notes.includes('*** 4 0'), 'what is kept of it hides them');
    assert.match(file('words', 'words.log'), /< # \*\*\* ready \*\*\*-image-/);
});

test('credentials of the network are in no log, no report and on no terminal, though the board repeats what it hears', () => {
    const output = execFileSync(process.execPath, ['scripts/run.mjs', 'hardware-tests/tests/bench-echo.ts', join(folder, 'secret')], { encoding: 'utf8', env: { ...process.env, ...network } });
    assert.match(output, /the board was told: true/);
    const kept = readdirSync(join(folder, 'secret')).map(name => file('secret', name));
    assert.match(kept.join(), /\*\*\*/);
    for (const text of [output, ...kept]) {
        for (const word of Object.values(network)) {
            for (const form of [word, JSON.stringify(word).slice(1, -1), encodeURIComponent(word), word.replace('"', '&quot;')]) assert.not(text.includes(form), `${form} in ${text.slice(0, 200)}`);
        }
    }
});

test.run();
