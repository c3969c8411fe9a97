// `npm start` shows user name and password neither in what it prints nor in the command line of any process, on either board,
// let in or refused.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { xsEngine } from '../../hardware-tests/boards/xs/build.ts';
import { Broker } from '../../hardware-tests/host/broker.ts';
import { runProcess } from '../run-process.ts';

const engine = await xsEngine();
if (!engine.available) console.log(`SKIPPED: no virtual board, because ${engine.because}`);
const hasProcesses = existsSync('/proc/self/cmdline');
if (!hasProcesses) console.log('SKIPPED: command lines, because this system has no /proc');

const user = { name: 'node7', password: 'correct-horse-battery-7' };
const folder = mkdtempSync(join(tmpdir(), 'motemq-start-'));
test.after(() => rmSync(folder, { recursive: true }));

/** Command lines of all processes that there are. */
function commandLines(): string[] {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => {
        try {
            return readFileSync(`/proc/${name}/cmdline`, 'utf8');
        } catch {
            return ''; // it has just ended
        }
    });
}

for (const board of ['node', 'xs']) {
    for (const [what, password, code] of [['let in', user.password, 0], ['refused', 'wrong-horse-battery-9', 2]] as const) {
        (board === 'xs' && !engine.available ? test.skip : test)(`--board ${board}, ${what}: the password is printed nowhere and in no command line`, async () => {
            const file = join(folder, 'password');
            writeFileSync(file, `${password}\n`, { mode: 0o600 });
            const seen = new Set<string>();
            const broker = await Broker.start({ user });
            const timer = setInterval(() => hasProcesses && commandLines().forEach((line) => seen.add(line)), 20);
            try {
                const parameters = ['--broker', `127.0.0.1:${broker.port}`, '--user', user.name, '--password-file', file, '--count', '10', '--board', board];
                const ended = await runProcess(process.execPath, ['scripts/run.mjs', 'scripts/start.ts', ...parameters], 60_000);
                assert.is(ended.code, code, ended.output);
                for (const secret of [password, Buffer.from(password).toString('base64').slice(0, -4), Buffer.from(password).toString('hex')]) {
                    assert.not.ok(ended.output.includes(secret), ended.output);
                    assert.equal([...seen].filter((line) => line.includes(secret)), []);
                }
                assert.not.ok(ended.output.includes(user.name), 'a user name may be a token');
                assert.ok(!hasProcesses || [...seen].some((line) => line.includes('start.ts')), 'command lines were seen');
            } finally {
                clearInterval(timer);
                await broker.stop();
            }
        });
    }
}

test.run();
