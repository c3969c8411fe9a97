// `motemq test` on a board of the map with Moddable. Where the SDK's mcconfig is called, a stand-in notes how, and starts the application that the bench
// has written on the virtual XS board, whose UART hangs on a pseudo-terminal: engine, program and console are real, compilers and chip are not.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Device } from '../boards/device.ts';
import { boardOnTerminal } from '../boards/rom/ends.ts';
import { bootBoard } from '../boards/xs/board.ts';
import type { Board } from '../boards/xs/board.ts';
import { xsEngine } from '../boards/xs/build.ts';
import { bundleForBoard } from '../boards/xs/bundle.ts';
import { test as runSuites } from '../host/harness/bench/command.ts';
import type { RunResult } from '../host/harness/bench/results.ts';
import type { Arguments } from '../host/harness/cli.ts';
import { BENCH_FAILED, PASSED, UsageError } from '../host/harness/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'moddable-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const tools = join(folder, 'tools');
mkdirSync(tools);
const calls = join(folder, 'calls');
writeFileSync(join(tools, 'mcconfig'), `#!/bin/sh\nexec '${process.execPath}' "$0.cjs" "$@"\n`);
writeFileSync(join(tools, 'mcconfig.cjs'), `const { appendFileSync } = require('node:fs');
const words = process.argv.slice(2);
appendFileSync(${JSON.stringify(calls)}, [process.cwd(), process.env.UPLOAD_PORT, words.join(' ')].join('|') + '\\n');
if (words.includes('deploy')) require('node:net').connect(Number(process.env.DEPLOY), '127.0.0.1').on('data', () => process.exit(0)).write(process.cwd());
`);
chmodSync(join(tools, 'mcconfig'), 0o755);

/** Boards are locked by their names, and tests of another work tree run at the same time. */
const name = `loft${process.pid}`;

const listen = async (server: Server): Promise<number> => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
};

async function run(report: string, map: string, filter: string): Promise<{ code: number; output: string; result: () => RunResult }> {
    const lines: string[] = [];
    const path = join(folder, `${report}.yaml`);
    writeFileSync(path, map);
    const code = await runSuites({ values: { map: path, filter, address: '127.0.0.1', retries: '0', report: join(folder, report) } as unknown as Arguments['values'], positionals: [] }, line => lines.push(line));
    return { code, output: lines.join('\n'), result: () => JSON.parse(readFileSync(join(folder, report, 'results.json'), 'utf8')) as RunResult };
}

/** What the SDK links the application with. */
const linked = (application: string): Plugin => ({
    name: 'application',
    setup(builder) {
        builder.onResolve({ filter: /^motemq-bench$/ }, () => ({ path: join(application, 'motemq-bench.js') }));
        builder.onResolve({ filter: /^motemq-memory$/ }, () => ({ path: 'memory', namespace: 'native' }));
        builder.onLoad({ filter: /.*/, namespace: 'native' }, () => ({ contents: 'export default () => (Meter.collect(), Meter.slots() * Meter.slotBytes + Meter.chunkBytes());' }));
    },
});

/** A board that runs what was deployed last, and starts again after a deep sleep. Its line loses a byte of the first test's order, and of the first answer. */
class ModdableDevice implements Device {
    onOutput: (bytes: Uint8Array) => void = () => {};
    onUnplug: () => void = () => {};
    hostBaud = 0;
    readonly lost: string[] = [];
    private readonly engine: string;
    private board: Board | null = null;
    private wires: Socket | null = null;
    private port = 0;
    private readonly uart = createServer((socket) => {
        this.wires = socket.on('data', (bytes: Buffer) => this.onOutput(bytes)).on('error', () => {});
    });

    constructor(engine: string) {
        this.engine = engine;
    }

    /** Starts the application in the folder `application`. */
    async deploy(application: string): Promise<void> {
        const { config } = JSON.parse(readFileSync(join(application, 'manifest.json'), 'utf8')) as { config: object };
        const script = await bundleForBoard(join(application, 'main.js'), {}, [linked(application)]);
        const before = this.board;
        this.board = null;
        await before?.stop();
        this.port ||= await listen(this.uart);
        const serialPort = this.port;
        const boot = (): void => {
            const board = this.board = bootBoard(this.engine, { script, config: { ...config, serialPort } });
            void board.end.then(({ code }) => {
                if (code === 0 && board === this.board) boot();
            });
        };
        boot();
    }

    receive(bytes: Uint8Array): void {
        const torn = ['"test":1', '"answer"'].find(word => !this.lost.includes(word) && Buffer.from(bytes).includes(word));
        const at = torn ? Buffer.from(bytes).indexOf(torn) : bytes.length;
        if (torn) this.lost.push(torn);
        this.wires?.write(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]));
    }

    setLines(): void {}

    stop(): void {
        const board = this.board;
        this.board = null;
        void board?.stop();
        this.uart.close();
        this.wires?.destroy();
    }
}

const xs = await xsEngine();
if (!xs.available) console.log(`SKIPPED: the virtual board, because ${xs.because}`);

/** Plays with a board and the stand-in, which deploys onto it. */
async function withBoard(environment: Readonly<Record<string, string>>, play: (device: ModdableDevice, address: string) => Promise<void>): Promise<void> {
    const device = new ModdableDevice((xs as { path: string }).path);
    const deploys = createServer(socket => void socket.once('data', (path: Buffer) => void device.deploy(path.toString()).then(() => socket.end('done'))));
    const terminal = await boardOnTerminal(device);
    const all: Record<string, string> = { PATH: `${tools}:${process.env['PATH']}`, MODDABLE: tools, DEPLOY: String(await listen(deploys)), ...environment };
    const before = Object.fromEntries(Object.keys(all).map(name => [name, process.env[name]]));
    Object.assign(process.env, all);
    try {
        await play(device, terminal.address);
    } finally {
        for (const [name, value] of Object.entries(before)) {
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
        }
        terminal.stop();
        device.stop();
        deploys.close();
    }
}

const onBoard = xs.available ? test : test.skip;

onBoard('mcconfig builds and deploys the suites, which answer over the UART: through a torn order, a torn answer, a network and a deep sleep', async () => {
    await withBoard({ MOTEMQ_WIFI_SSID: 'Attic network', MOTEMQ_WIFI_PASSWORD: 'correct horse' }, async (device, address) => {
        const { code, output, result } = await run('done', `boards:\n  ${name}: { port: ${address}, chip: esp8266, engine: moddable, baud: 230400 }\n`, 'connect,stream large,deep sleep');
        assert.is(code, PASSED, output);
        const [{ tests, engine, loaded }] = result().boards;
        assert.equal(tests.map(({ name, status }) => [name, status]), ['connect', 'stream large', 'deep sleep'].map(name => [name, 'passed']));
        assert.is(engine, 'moddable esp8266');
        assert.match(loaded, /^esp8266: motemq-image-\w{8} built and written by mcconfig, as at each run: the toolchain of the ESP8266 has no version$/);
        assert.ok(tests.every(({ memory }) => memory !== null && memory[1] > 0));
        assert.equal(device.lost, ['"test":1', '"answer"']);
        const [[application, ...built], deployed] = readFileSync(calls, 'utf8').trim().split('\n').map(line => line.split('|'));
        assert.is(basename(application), `motemq-${name}`);
        assert.equal(built, [address, '-m -p esp -t build']);
        assert.equal(deployed, [application, address, '-m -p esp -t deploy']);
        // Nowhere but on the board's line.
        const files = [application, join(folder, 'done')].flatMap(path => readdirSync(path).map(name => readFileSync(join(path, name), 'utf8')));
        for (const text of [...files, output]) assert.not.match(text, /Attic network|correct horse/);
        const manifest = JSON.parse(readFileSync(join(application, 'manifest.json'), 'utf8')) as { config: object };
        rmSync(application, { recursive: true });
        assert.equal(manifest.config, { chip: 'esp8266', baud: 230400, transmit: 1, receive: 3 });
    });
});

onBoard('a board that says that it has this program, built by this SDK, is not written again; after any change it is', async () => {
    // In place of git: what it would say of the folder.
    writeFileSync(join(tools, 'git'), '#!/bin/sh\ncat "$2/described"\n');
    chmodSync(join(tools, 'git'), 0o755);
    const idf = join(folder, 'idf');
    mkdirSync(idf);
    const commit = (of: string, text: string): void => writeFileSync(join(of, 'described'), `${text}\n`);
    commit(tools, 'a1');
    commit(idf, 'b1');
    rmSync(calls, { force: true });
    await withBoard({ IDF_PATH: idf }, async (_device, address) => {
        const play = async (): Promise<{ loaded: string; called: number }> => {
            const { code, output, result } = await run('again', `boards:\n  ${name}: { port: ${address}, chip: esp32, engine: moddable }\n`, 'connect');
            assert.is(code, PASSED, output);
            return { loaded: result().boards[0].loaded, called: readFileSync(calls, 'utf8').trim().split('\n').length };
        };
        const first = await play();
        assert.equal([first.loaded.replace(/image-\w{8}/, 'image'), first.called], ['esp32: motemq-image built and written by mcconfig', 2]);
        assert.equal(await play(), { loaded: first.loaded.replace('built and written by mcconfig', 'was there'), called: 2 });
        commit(idf, 'b2');
        const other = await play();
        assert.is(other.called, 4);
        assert.is.not(other.loaded, first.loaded);
        commit(tools, 'a1-dirty');
        assert.equal([(await play()).called, (await play()).called], [6, 8]);
        assert.match((await play()).loaded, /built and written by mcconfig, as at each run: MODDABLE has been changed$/);
    });
});

test('without the SDK the bench fails and says what to install; without a chip the map is incomplete', async () => {
    const { PATH, MODDABLE } = process.env;
    Object.assign(process.env, { PATH: '/usr/bin:/bin', MODDABLE: '' });
    try {
        const { code, output, result } = await run('missing', `boards:\n  ${name}: { port: /dev/ttyUSB9, chip: esp32, engine: moddable }\n`, 'connect');
        assert.is(code, BENCH_FAILED, output);
        assert.match(output, /there is no mcconfig on the PATH/);
        const [{ faults }] = result().boards;
        assert.match(faults[0].advice, /install it/);
        const refused = await run('chipless', `boards:\n  ${name}: { port: /dev/ttyUSB9, engine: moddable }\n`, 'connect').then(() => null, (error: Error) => error);
        assert.instance(refused, UsageError);
        assert.match(refused!.message, /say in the board map which chip it has/);
    } finally {
        process.env['PATH'] = PATH;
        if (MODDABLE === undefined) delete process.env['MODDABLE'];
        else process.env['MODDABLE'] = MODDABLE;
    }
});

test.run();
