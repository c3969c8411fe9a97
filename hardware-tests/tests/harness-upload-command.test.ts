// `motemq upload` as a user runs it: arguments, exit codes, Ctrl-C.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { modelDevice } from '../boards/espruino/console/device.ts';
import { boardOnSocket } from '../boards/rom/ends.ts';
import { openPort } from '../host/harness/addresses.ts';
import { BENCH_FAILED, INTERRUPTED, PASSED, USAGE } from '../host/harness/errors.ts';
import { EspruinoLink } from '../host/harness/espruino/link.ts';
import { until } from '../host/until.ts';
import { motemq, program as motemqProgram } from './harness-program.ts';
import { together } from './harness-together.ts';
import { library, program } from './harness-upload-bench.ts';
import { motemq as motemqHere } from './run-motemq.ts';

const folder = mkdtempSync(join(tmpdir(), 'upload-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const command = (...words: string[]) => motemq(['upload', ...words]);

together('the command: files by name, the last one as the program, exit codes', async () => {
    const device = await modelDevice();
    const end = await boardOnSocket(device);
    const [lib, app] = [join(folder, 'answer.min.js'), join(folder, 'app.js')];
    writeFileSync(lib, library.data);
    writeFileSync(app, program);
    writeFileSync(join(folder, 'empty.js'), '');
    writeFileSync(join(folder, 'moddable.yaml'), `boards:\n  other: { port: "${end.address}", engine: moddable }\n`);
    try {
        const done = await command(lib, app, '--boot', '--port', end.address);
        assert.is(done.code, PASSED, done.output);
        assert.match(done.output, /Espruino 2v29 on ESP32: wrote and compared answer, .bootcde in packets\n.*runs the program \(run [0-9a-f]{8}\)/);
        const usage: readonly (readonly [string[], RegExp])[] = [
            [[], /name the files/], [[join(folder, 'none.js')], /there is no file/], [[join(folder, 'empty.js')], /is empty/], [[lib, app, '--name', 'x'], /single file/], [[`x=${lib}`, `x=${app}`], /two files/], [[`.bootcde=${lib}`, app, '--boot'], /two files/],
            [[`${'n'.repeat(29)}=${lib}`], /28 ASCII characters/], [[lib, '--baud', 'fast'], /--baud/], [[lib, '--map', join(folder, 'moddable.yaml'), '--board', 'other'], /runs moddable/],
        ];
        for (const [words, message] of usage) {
            const { code, output } = await motemqHere('upload', ...words, ...words.includes('--board') ? [] : ['--port', 'socket://127.0.0.1:1']);
            assert.is(code, USAGE, output);
            assert.match(output, message);
        }
        const missing = await command(`second=${lib}`, '--port', 'socket://127.0.0.1:1');
        assert.is(missing.code, BENCH_FAILED, missing.output);
        const named = await command(`second=${lib}`, '--port', end.address);
        assert.match(named.output, /wrote and compared second in packets\nthe board has restarted\n/);
    } finally {
        end.stop();
        device.stop();
    }
});

together('Ctrl-C ends an upload at once: the unfinished file is taken away', async () => {
    const device = await modelDevice({ pace: 20 });
    const end = await boardOnSocket(device);
    const large = join(folder, 'large.js');
    writeFileSync(large, Buffer.alloc(40_000, ' '));
    try {
        const child = spawn(process.execPath, [motemqProgram, 'upload', large, '--port', end.address], { stdio: ['ignore', 'pipe', 'pipe'] });
        let output = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => output += bytes.toString());
        const ended = new Promise(resolve => child.once('close', resolve));
        await until('it writes', () => output.includes('writing large'), 30);
        child.kill('SIGINT');
        assert.is(await ended, INTERRUPTED, output);
        assert.match(output, /interrupted\n +the files on the board are incomplete/);
        const port = await openPort(end.address, 115200);
        const link = await EspruinoLink.connect(port);
        assert.is(await link.evaluate('typeof require("Storage").read("large")'), 'undefined');
        await port.close();
    } finally {
        end.stop();
        device.stop();
    }
});

test.run();
