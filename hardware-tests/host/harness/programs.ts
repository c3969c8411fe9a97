// Programs of this machine that the bench calls: which there are, and one run to its end, or to its deadline.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAll, runProgram } from '../../../scripts/run-program.ts';
import type { ProgramOptions } from '../../../scripts/run-program.ts';
import { BenchError } from './errors.ts';

/** Lines of a program's output that an error shows, and characters of each. */
const LAST = 8;
const WIDEST = 200;
/** Ms for what a program still does when it has said that it is done. */
const FAREWELL = 1000;

// They lead groups of their own: nobody else would end them.
process.on('exit', killAll);

export interface ToolOptions extends Omit<ProgramOptions, 'stopped'> {
    /** Ends it at once: it has been given up. */
    readonly interrupted?: AbortSignal;
    /** Once it prints this it has done its work, even if it goes on. */
    readonly done?: RegExp;
}

/** Programs that some commands call or that help beside them, and what for. None is needed by all. */
export const helpers: Readonly<Record<string, string>> = {
    tar: 'unpacks releases of Espruino for motemq flash', mosquitto: 'a second broker for motemq test', tshark: 'reads the captures of motemq trace, as Wireshark does',
    uhubctl: 'takes power away from boards at some USB hubs',
};

/** Path of the program of that name that would be started; undefined if there is none. */
export function findOnPath(program: string): string | undefined {
    return (process.env['PATH'] ?? '').split(delimiter).map(folder => join(folder, program)).find(executable);
}

/** A program of that name is on the PATH. */
export const onPath = (program: string): boolean => findOnPath(program) !== undefined;

export function executable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

/**
 * Runs `program` to its end, at most for `milliseconds`. Returns what it has printed. Rejects with the reason of `interrupted`, or a BenchError with
 * its last lines if it fails, cannot be started or is late. Settings among the words, NAME=VALUE, are not shown: passwords are some of them.
 */
export async function runTool(program: string, words: readonly string[], milliseconds: number, advice: string, { interrupted, done, onOutput, ...options }: ToolOptions = {}): Promise<string> {
    const end = new AbortController();
    let heard = '';
    let isDone = false;
    const ended = await runProgram(program, words, milliseconds, {
        ...options, stopped: AbortSignal.any([end.signal, ...interrupted ? [interrupted] : []]),
        onOutput(text) {
            onOutput?.(text);
            if (!done || isDone || !done.test(heard += text)) return;
            isDone = true;
            void sleep(FAREWELL).then(() => end.abort());
        },
    });
    interrupted?.throwIfAborted();
    if (isDone || ended.code === 0) return ended.output;
    const name = [program, ...words.filter(word => !word.includes('='))].join(' ');
    const last = ended.output.split('\n').map(line => line.trimEnd()).filter(Boolean).slice(-LAST).map(line => `\n    ${line.length > WIDEST ? `${line.slice(0, WIDEST)}…` : line}`).join('');
    const how = ended.late ? `was still running after ${duration(milliseconds)}, and was ended` : `ended with ${ended.code < 0 ? 'a signal, or was not started' : ended.code}`;
    throw new BenchError(`${name} ${how}${last ? `. Its last lines:${last}` : ', and said nothing'}`, advice);
}

const duration = (milliseconds: number): string => milliseconds < 120_000 ? `${milliseconds / 1000} s` : `${milliseconds / 60_000} minutes`;
