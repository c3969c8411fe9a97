// The examples of README.md, run as they stand there, against a real broker; only names of packages and hosts are put in place.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dialects } from '../../hardware-tests/boards/modem/dialects/index.ts';
import { pseudoTerminal } from '../../hardware-tests/boards/modem/ends.ts';
import { networkWithAddresses } from '../../hardware-tests/boards/modem/real-world.ts';
import { Broker } from '../../hardware-tests/host/broker.ts';
import { until } from '../../hardware-tests/host/until.ts';
import { noPseudoTerminals } from '../../hardware-tests/host/serial-device.ts';
import { bootBoard } from '../../hardware-tests/boards/xs/board.ts';
import { bundleForBoard } from '../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, engine } from '../../hardware-tests/boards/xs/tests/on-board.ts';
import { distBundles } from '../bundles.ts';
import { root } from '../root.ts';

const readme = readFileSync(join(root, 'README.md'), 'utf8');
const folder = join(root, '.cache', 'readme');
mkdirSync(folder, { recursive: true });

/** Writes the example called `name` to a file, with the sources in place of the package and `replacements` made. */
function example(name: string, replacements: Record<string, string>): string {
    let code = new RegExp(`<!-- example: ${name} -->\n\`\`\`ts\n([^]*?)\`\`\``).exec(readme)?.[1] ?? assert.unreachable(`README.md has no example ${name}`) ?? '';
    for (const [from, to] of Object.entries(replacements)) {
        assert.ok(code.includes(from), `the example ${name} says ${from}`);
        code = code.replace(from, to);
    }
    for (const { name: bundle, entry } of distBundles) {
        code = code.replace(`from 'motemq${bundle === 'index' ? '' : `/${bundle}`}'`, `from '../../${entry}'`);
    }
    const file = join(folder, `${name}.${process.pid}.ts`);
    writeFileSync(file, code);
    return file;
}

test('the node on a laptop publishes, is acknowledged and receives', async () => {
    const broker = await Broker.start();
    const file = example('node', { "host: 'localhost', port: 1883": `host: '127.0.0.1', port: ${broker.port}` });
    const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), file], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
        let said = '';
        const wanted = ['connected', 'the broker has message 2', 'received hello'];
        for await (const text of child.stdout.setEncoding('utf8')) {
            said += text;
            if (wanted.every(line => said.includes(line))) break;
        }
        for (const line of wanted) assert.match(said, line);
    } finally {
        child.kill();
        await broker.stop();
        rmSync(file);
    }
});

test('the node that sleeps on a laptop delivers its reading and says for how long it sleeps', async () => {
    const payloads: string[] = [];
    const broker = await Broker.start({ onPublish: ({ topic, payload }) => void payloads.push(`${topic} ${payload.toString()}`) });
    const store = (name: string) => join(folder, `${name}.${process.pid}`);
    const file = example('sleep', {
        "host: 'localhost', port: 1883": `host: '127.0.0.1', port: ${broker.port}`, "'messages'": `'${store('messages')}'`, "'session'": `'${store('session')}'`,
    });
    const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), file], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
        let said = '';
        for await (const text of child.stdout.setEncoding('utf8')) {
            said += text;
            if (said.includes('safe to sleep')) break;
        }
        // Nothing is known of a batch before the first sleep: it does not wait.
        assert.match(said, /^safe to sleep for \d+ true$/m);
        assert.equal(payloads, ['cellar/temperature 21.3']);
    } finally {
        child.kill();
        await broker.stop();
        for (const left of [file, store('messages'), store('session')]) rmSync(left);
    }
});

test('the client that is traced leaves a trace of its connection', async () => {
    const broker = await Broker.start();
    const trace = join(folder, `trace.${process.pid}.log`);
    const file = example('trace', { "host: 'localhost', port: 1883": `host: '127.0.0.1', port: ${broker.port}`, "'trace.log'": `'${trace}'` });
    const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), file], { cwd: root, stdio: 'inherit' });
    try {
        const received = (): boolean => existsSync(trace) && / < 0 20020000 /.test(readFileSync(trace, 'utf8'));
        await until('the trace holds the CONNACK', received, 100);
    } finally {
        child.kill();
        await broker.stop();
        for (const left of [file, trace]) rmSync(left);
    }
});

test('the cellular node on a laptop connects, through an emulated modem at a pseudo-terminal', async () => {
    if (noPseudoTerminals) return void console.log(`SKIPPED: the cellular node of README.md, because ${noPseudoTerminals}`);
    const broker = await Broker.start();
    const end = await pseudoTerminal({ dialect: dialects.find(({ name }) => name === 'bg96')!, network: networkWithAddresses({ 'broker.example': '127.0.0.1' }) });
    const file = example('cellular', { '/dev/ttyUSB2': end.address, 'port: 1883': `port: ${broker.port}`, "'motemq/modem/quectel'": "'../../targets/modem/dialects/quectel.ts'" });
    const child = spawn(process.execPath, [join(root, 'scripts', 'run.mjs'), file], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
        let said = '';
        for await (const text of child.stdout.setEncoding('utf8')) {
            said += text;
            if (said.includes('connected')) break;
        }
        assert.match(said, /^connected\s+BG96 21$/m);
    } finally {
        child.kill();
        end.stop();
        await broker.stop();
        rmSync(file);
    }
});

boardTest('the node on a Moddable board publishes its reading', async () => {
    let publish: (payload: string) => void;
    const published = new Promise<string>(resolve => {
        publish = resolve;
    });
    const broker = await Broker.start({ onPublish: ({ topic, payload }) => topic === 'sensors/7' && publish(payload.toString()) });
    const file = example('moddable', { "address: '192.168.1.10', port: 1883": `address: '127.0.0.1', port: ${broker.port}` });
    const board = bootBoard(engine.available ? engine.path : '', { script: await bundleForBoard(file) });
    try {
        assert.is(await Promise.race([published, board.end.then(({ code, errors }) => `the board ended with ${code}: ${errors}`)]), '{"temperature":21.34}');
    } finally {
        await board.stop();
        await broker.stop();
        rmSync(file);
    }
});

test.run();
