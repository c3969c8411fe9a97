// `motemq test`: what can be asked of it. The work is done by ../bench, which compiles what boards run, from sources that are not in the package.
import type { Arguments } from '../cli.ts';
import { BenchError } from '../errors.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export const testCommand = {
    summary: 'run the suites on boards, and report',
    help: `motemq test [--board NAME]... [options]
  Puts the suites onto boards, all at once, runs them there against a broker of its own behind a proxy that breaks links, and reports.
  --board NAME     a board of the map; several: a,b, or repeat it. Default: all of the map that have an engine (for Moddable
                   its SDK builds and writes the program). Without hardware:
                     virtual[:CHIP][:FAULT]  an ESP32, say, with Moddable's engine behind an emulated loader: virtual, virtual:esp32c3:hanging
                     espruino                Espruino's interpreter, which ESPRUINO_BIN names; without it, a model of it
                     node                    a process of Node
  --tag TAG        of the map, those with this tag
  --filter WORD    the test of this name, or those with this word in their names; several: a,b
  --list           say which tests there are
  --rerun-failed   what did not pass the last time
  --repeat N       all tests N times
  --bail           begin nothing more after a failure
  --timeout S      seconds a test may take on the board, in place of its own
  --retries N      how often the bench may fail in one place (2): port, flash, supply. A test that fails is not tried again
  --report DIR     where reports and logs go (motemq-report)
  --broker NAME    aedes (default, in this process) or mosquitto
  --address IP     of this machine, as boards reach it (its first in a network)
  --map FILE       the board map (hardware-tests/boards.yaml)
MOTEMQ_WIFI_SSID and MOTEMQ_WIFI_PASSWORD: the network that boards join. They are in no log and no report.
Exit code 0: all passed; 1: a test failed; 2: the bench failed; 3: usage. It runs from motemq's sources, of which it makes what boards run.
Faults of a virtual board, to see what failures look like: astray, hanging, panicking, collapsing, brownout, unplugged, vanishing, silent, stale, corrupt, garbled.
Example: motemq test --board virtual,virtual:esp32c3:hanging --filter publish,burst`,
    options: {
        'board': { type: 'string', multiple: true }, 'tag': text, 'filter': text, 'list': flag, 'rerun-failed': flag, 'repeat': text, 'bail': flag, 'timeout': text,
        'retries': text, 'report': text, 'broker': text, 'address': text, 'map': text,
    },
    run: testBoards,
} as const;

async function testBoards(given: Arguments): Promise<number> {
    let run: (given: Arguments) => Promise<number>;
    try {
        run = (await import('../bench/command.ts')).test;
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code !== 'ERR_MODULE_NOT_FOUND') throw error;
        throw new BenchError(`what boards are tested with is not here (${message.split('\n')[0]})`, 'run it from motemq\'s sources: clone them, then npm ci and npx motemq test');
    }
    return run(given);
}
