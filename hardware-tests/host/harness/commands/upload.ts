// `motemq upload`: files and a program onto a board with Espruino.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { openPort } from '../addresses.ts';
import type { Arguments } from '../cli.ts';
import { BenchError, PASSED, UsageError } from '../errors.ts';
import { BOOT_FILE, checkFile, upload } from '../espruino/upload.ts';
import type { BoardFile, Uploaded, UploadOptions } from '../espruino/upload.ts';
import { Locks } from '../locks.ts';
import type { Port } from '../port.ts';
import { interruptible } from './interrupt.ts';
import { progress } from './progress.ts';
import { readBaud, readTarget } from './target.ts';

const ATTEMPTS = 3;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export const uploadCommand = {
    summary: 'put a program and its modules onto a board with Espruino',
    help: `motemq upload [NAME=]FILE... (--board NAME | --port PORT) [options]
  Writes files to the board's Storage, compares them there, restarts the board and sees the program run. What is there already is left.
  NAME=FILE        the name in Storage, 28 characters at most; without it that of the file, without .js or .min.js: what require() wants
  --name NAME      the same for a single file
  --boot           the last file is the program: it runs at each start (${BOOT_FILE}). What is put before it prints an id by which it is recognised
  --board NAME     a board of the map; --port PORT: /dev/ttyUSB0, 10c4:ea60, socket://host:port, pty:command (motemq boards --help)
  --baud N         speed of the board's console (115200)
  --lines          type lines, even if the firmware takes packets (from 2v25 on)
  --map FILE       the board map (hardware-tests/boards.yaml)
Example: motemq upload motemq=dist/espruino/motemq.min.js app.js --boot --port /dev/ttyUSB0`,
    options: { board: text, port: text, baud: text, name: text, boot: flag, lines: flag, map: text },
    run: uploadFiles,
} as const;

async function uploadFiles({ values, positionals }: Arguments): Promise<number> {
    const { files, boot } = readFiles(positionals, values);
    const target = await readTarget(values);
    if (target.engine && target.engine !== 'espruino') throw new UsageError(`${target.name} runs ${target.engine}; motemq upload is for Espruino`);
    const baud = readBaud(values, target.baud);
    const unlock = new Locks().take(target.name);
    try {
        const port = await openPort(target.port, baud);
        const bar = await progress();
        try {
            const options: UploadOptions = { boot, lines: values['lines'] === true, onStep: bar.step, onProgress: bar.share };
            const done = await interruptible(port, 'the files on the board are incomplete: run the command again', free => persistently(free, files, options, bar.step));
            bar.end();
            report(done);
        } finally {
            bar.end();
            await port.close();
        }
    } finally {
        unlock();
    }
    return PASSED;
}

function report({ firmware, way, written, skipped, runId }: Uploaded): void {
    const was = skipped.length ? `; ${skipped.join(', ')} was there` : '';
    console.log(`Espruino ${firmware.version} on ${firmware.board}: ${written.length ? `wrote and compared ${written.join(', ')} in ${way}` : 'nothing to write'}${was}`);
    console.log(runId ? `the board has restarted and runs the program (run ${runId})` : 'the board has restarted');
}

/** A board that misses bytes, or restarts in the middle, gets it once more. */
async function persistently(port: Port, files: readonly BoardFile[], options: UploadOptions, step: (text: string) => void): Promise<Uploaded> {
    for (let attempt = 1; ; attempt++) {
        try {
            return await upload(port, files, options);
        } catch (error) {
            if (!(error instanceof BenchError) || !error.transient || port.gone.aborted || attempt === ATTEMPTS) throw error;
            step(`${error.message}: trying again`);
        }
    }
}

function readFiles(words: readonly string[], values: Arguments['values']): { files: BoardFile[]; boot: Buffer | null } {
    if (words.length === 0) throw new UsageError('name the files: motemq upload FILE... --port PORT');
    const { name } = values;
    if (name !== undefined && (words.length > 1 || values['boot'])) throw new UsageError('--name is for a single file that is no program; write NAME=FILE');
    const all = words.map((word) => {
        const named = existsSync(word) ? null : /^([^=/\\]+)=(.+)$/.exec(word);
        const path = named ? named[2] : word;
        if (!existsSync(path) || !statSync(path).isFile()) throw new UsageError(`there is no file ${path}`);
        return { name: named?.[1] ?? (typeof name === 'string' ? name : basename(path).replace(/(?:\.min)?\.js$/, '')), data: readFileSync(path) };
    });
    const boot = values['boot'] ? all.pop()!.data : null;
    all.forEach(checkFile);
    if (boot) checkFile({ name: BOOT_FILE, data: boot });
    const twice = all.find(({ name }, index) => all.findIndex(file => file.name === name) < index || (boot && name === BOOT_FILE));
    if (twice) throw new UsageError(`two files have the name ${twice.name} on the board: write NAME=FILE`);
    return { files: all, boot };
}
