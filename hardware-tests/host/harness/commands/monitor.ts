// `motemq monitor`: what a board says, on the screen and in a file, and what the user says to it.
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { openPort } from '../addresses.ts';
import type { Arguments } from '../cli.ts';
import type { Marker } from '../console.ts';
import { PASSED, UsageError } from '../errors.ts';
import { Locks } from '../locks.ts';
import { Monitor } from '../monitor.ts';
import { readBaud, readTarget } from './target.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export const monitorCommand = {
    summary: 'show what a board prints, and type to it',
    help: `motemq monitor (--board NAME | --port PORT) [options]
  Shows each line with its time; crashes, restarts, brown-outs and a board in its loader are marked. Debug builds of Moddable are decoded.
  Lines of the standard input are sent. Opening and closing the port leaves the board running; one that is unplugged is waited for. Ctrl-C ends it.
  --board NAME     a board of the map; --port PORT: /dev/ttyUSB0, 10c4:ea60, socket://host:port, pty:command (motemq boards --help)
  --baud N         speed of what the board prints (that of the map, or 115200)
  --reset          restart the board first
  --log FILE       append all lines to FILE, with date and time
  --map FILE       the board map (hardware-tests/boards.yaml)
Example: motemq monitor --port /dev/ttyUSB0 --reset --log attic.log`,
    options: { board: text, port: text, baud: text, reset: flag, log: text, map: text },
    run: monitor,
} as const;

/** Numbers of ECMA-48's Select Graphic Rendition. */
const styles: Partial<Record<Marker | 'hint', string>> = {
    panic: '1;31', brownout: '1;31', loader: '1;33', exception: '31', reboot: '36', wake: '36', garbage: '90', hint: '33',
};

async function monitor({ values, positionals }: Arguments): Promise<number> {
    if (positionals.length) throw new UsageError(`'${positionals[0]}' means nothing here`);
    const target = await readTarget(values);
    const baud = readBaud(values, target.baud);
    const write = openLog(values['log']);
    const unlock = new Locks().take(target.name);
    const stop = new AbortController();
    const end = (): void => stop.abort();
    process.once('SIGINT', end).once('SIGTERM', end);
    const input = createInterface({ input: process.stdin, terminal: false });
    try {
        const screen = new Monitor({ open: () => openPort(target.port, baud), reset: values['reset'] === true, show, log: write.line });
        input.on('line', line => void screen.type(line));
        await screen.run(stop.signal);
    } finally {
        input.close();
        unlock();
        await write.end();
    }
    return PASSED;
}

function show(line: string, marker: Marker | 'hint' | null): void {
    const marked = `${marker && marker !== 'hint' ? `[${marker}]` : ''}`.padEnd(12);
    const shown = `${line.slice(0, 12)} ${marked}${line.slice(13)}`.trimEnd();
    const style = marker && styles[marker];
    console.log(style && process.stdout.isTTY && !process.env['NO_COLOR'] ? `\x1b[${style}m${shown}\x1b[0m` : shown);
}

function openLog(path: unknown): { line(text: string): void; end(): Promise<void> } {
    if (typeof path !== 'string') return { line() {}, end: async () => {} };
    const file = createWriteStream(path, { flags: 'a' });
    let failed = false;
    file.on('error', (error) => {
        if (!failed) console.error(`motemq: ${path} cannot be written: ${error.message}`);
        failed = true;
    });
    return {
        line: text => void file.write(`${text}\n`),
        end: () => new Promise(resolve => failed ? resolve() : file.end(() => resolve())),
    };
}
