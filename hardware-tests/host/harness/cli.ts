// `motemq`: the command line of the bench. Reads the arguments, runs one command, and makes an exit code of how it ends.
import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { addressForms } from './addresses.ts';
import { boards } from './commands/boards.ts';
import { doctor } from './commands/doctor.ts';
import { flashCommand } from './commands/flash.ts';
import { monitorCommand } from './commands/monitor.ts';
import { uploadCommand } from './commands/upload.ts';
import { testCommand } from './commands/test.ts';
import { BENCH_FAILED, BenchError, Interrupted, INTERRUPTED, PASSED, TEST_FAILED, USAGE, UsageError } from './errors.ts';
import { energy, energyHelp } from '../energy/command.ts';
import { trace } from '../trace/command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Arguments {
    readonly values: Readonly<Record<string, string | boolean | undefined>>;
    readonly positionals: readonly string[];
}

interface Command {
    readonly summary: string;
    readonly help: string;
    readonly options: Options;
    /** Exit code. */
    run(given: Arguments): Promise<number>;
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const commands: Readonly<Record<string, Command>> = {
    doctor: {
        summary: 'what is plugged in and installed, and what stands in the way',
        help: `motemq doctor [--probe]
  Looks at ports, permissions, who holds a port, packages and tools. Needs no board and no udevadm.
  --probe          ask each free port which chip answers. This restarts the boards
  --map FILE       the board map (hardware-tests/boards.yaml)
Exit code 0: nothing stands in the way; 2: something does, and what to do about it is said.`,
        options: { probe: flag, map: text }, run: doctor,
    },
    boards: {
        summary: 'the boards of this bench, and what is plugged in',
        help: `motemq boards [--write]
  Shows the board map and the serial ports.
  --write          add what is plugged in and not in the map yet; what is there, comments too, stays
  --map FILE       the board map (hardware-tests/boards.yaml)
A port is
${addressForms}`,
        options: { write: flag, map: text }, run: boards,
    },
    flash: flashCommand,
    upload: uploadCommand,
    monitor: monitorCommand,
    test: testCommand,
    trace: {
        summary: 'a recorded conversation, packet by packet, and as a capture for Wireshark',
        help: `motemq trace FILE [--pcapng OUT]
  Prints what a client and a broker said: when, which way, which packet, in how many pieces, what is malformed or cut short.
  FILE             what was recorded, the log of a board's console with such lines among others, or - for the standard input
  --pcapng OUT     write a capture that Wireshark and tshark open; its addresses, TCP and IP are made up
  --json           one JSON object a packet instead of text
  --show-secrets   user names and passwords, too, where they were recorded: in text, JSON and capture
To record, wrap the transport of a client (package motemq/trace), or on Espruino the network:
  Node       transport: new TracedTransport(transport, traceFile('trace.log'))          traceFile is of motemq/node
  Moddable   transport: new TracedTransport(transport, { print: line => trace(line + '\\n'), clock: platform })
  Espruino   io: require('motemq-trace').traceNetwork(require('net'), { print: print })
Example: motemq trace trace.log --pcapng trace.pcapng && wireshark trace.pcapng`,
        options: { 'pcapng': text, 'json': flag, 'show-secrets': flag }, run: trace,
    },
    energy: {
        summary: 'how long a battery lasts, from a wake that is measured and figures with their sources',
        help: energyHelp,
        options: { interval: text, battery: text, link: text, tls: text, remembered: flag, batch: text, trace: text, messages: text, payload: text, figures: flag, set: text, chart: text }, run: energy,
    },
};

const help = `motemq: flash boards and test them from here
${Object.entries(commands).map(([name, { summary }]) => `  motemq ${name.padEnd(8)} ${summary}`).join('\n')}
motemq COMMAND --help says more. Begin with motemq doctor.
Exit codes: ${PASSED} passed, ${TEST_FAILED} a test failed, ${BENCH_FAILED} the bench failed (port, flash, board), ${USAGE} usage`;

/** Runs the command line `words`, without the program's name. Returns the exit code; prints what went wrong. */
export async function main(words: readonly string[]): Promise<number> {
    const [name = '--help', ...rest] = words;
    try {
        if (name === '--help' || name === '-h' || name === 'help') {
            console.log(help);
            return PASSED;
        }
        const command = Object.hasOwn(commands, name) ? commands[name] : null;
        if (!command) throw new UsageError(`there is no command '${name}'; there are ${Object.keys(commands).join(', ')}`);
        const given = readArguments(rest, command.options);
        if (given.values['help']) {
            console.log(command.help);
            return PASSED;
        }
        return await command.run(given);
    } catch (error) {
        if (error instanceof UsageError) {
            console.error(`motemq: ${error.message}\nmotemq ${Object.hasOwn(commands, name) ? `${name} ` : ''}--help says more`);
            return USAGE;
        }
        if (!(error instanceof BenchError)) console.error(error);
        else console.error(`motemq: ${error.message}\n        ${error.advice}`);
        return error instanceof Interrupted ? INTERRUPTED : BENCH_FAILED;
    }
}

function readArguments(words: readonly string[], options: Options): Arguments {
    try {
        return parseArgs({ args: [...words], allowPositionals: true, options: { ...options, help: { type: 'boolean', short: 'h' } } }) as Arguments;
    } catch (error) {
        throw new UsageError((error as Error).message);
    }
}
