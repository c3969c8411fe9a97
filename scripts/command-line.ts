// The command line of a developers' command. One table says which options and words it takes; of that come the values it works with,
// its --help, and the sentence about what is wrong. Knows node:util's parseArgs and how the bench ends; knows no command.
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { PASSED, USAGE, UsageError } from '../hardware-tests/host/harness/errors.ts';
import { table } from './table.ts';

/** What a value may be. */
export interface Kind<T> {
    /** Ends the sentence that begins with the option: `--seeds is …`. */
    readonly is: string;
    /** What `text` stands for; undefined: nothing. An error that it throws says itself what is wrong. */
    read(text: string): T | undefined;
}

interface Described {
    /** A short sentence without a full stop. */
    readonly help: string;
}

/** An option that is said or not. */
interface Flag extends Described {
    readonly kind?: undefined;
}

interface Valued extends Described {
    /** Stands for the value in the help. */
    readonly placeholder: string;
    readonly kind: Kind<unknown>;
    /** The value if the option is left out. */
    readonly otherwise?: unknown;
    /** May be said several times: the value is a list. */
    readonly multiple?: true;
}

type Options = Readonly<Record<string, Flag | Valued>>;

type ValueOf<O> = O extends { kind: Kind<infer T> }
    ? O extends { multiple: true } ? readonly T[] : O extends { otherwise: infer D } ? T | D : T | undefined
    : boolean;

/** What a command line says. */
export interface Given<O extends Options, W> {
    readonly values: { readonly [Name in keyof O]: ValueOf<O[Name]> };
    readonly words: readonly W[];
    /** The options that it names. */
    readonly named: ReadonlySet<keyof O>;
}

export interface Command<O extends Options, W> {
    /** How it is called: `npm run bench`. */
    readonly name: string;
    /** What it is for: sentences, one a line. */
    readonly purpose: string;
    /** What its words are, of which there may be any number; left out: it takes none. */
    readonly words?: Described & { readonly placeholder: string; readonly kind: Kind<W> };
    readonly options: O;
    /** Lines below the options; long ones are broken. */
    readonly more?: string;
    /** What its exit codes mean; that of a wrong command line is the same for all. */
    readonly codes: Readonly<Record<number, string>>;
    /** Throws a UsageError if what is given does not go together. */
    check?(given: Given<O, W>): void;
}

/** What `parameters` say to `command`; null: its help is wanted. Throws a UsageError. */
export function readCommandLine<const O extends Options, W = never>(command: Command<O, W>, parameters: readonly string[]): Given<O, W> | null {
    const options: Options = command.options;
    const types = Object.entries(options).map(([name, option]) => [name, { type: option.kind ? 'string' : 'boolean' }] as const);
    // Not strict: it lets everything pass, and what is wrong is said here, in one sentence.
    const { tokens } = parseArgs({
        args: [...parameters], strict: false, tokens: true, allowPositionals: true, options: { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } },
    });
    if (tokens.some(token => token.kind === 'option' && token.name === 'help')) return null;
    const values: Record<string, unknown> = {};
    for (const [name, option] of Object.entries(options)) values[name] = !option.kind ? false : option.multiple ? [] : option.otherwise;
    const words: W[] = [];
    const named = new Set<string>();
    for (const token of tokens) {
        if (token.kind === 'positional') {
            if (!command.words) throw new UsageError(`'${token.value}' means nothing here; options begin with --, and stand behind a -- that npm takes`);
            words.push(valueOf(command.words.placeholder, command.words.kind, token.value));
        } else if (token.kind === 'option') {
            const { name, rawName, value } = token;
            if (!Object.hasOwn(options, name)) throw new UsageError(`there is no option ${rawName}; it takes ${[...Object.keys(options), 'help'].map(each => `--${each}`).join(', ')}`);
            const option = options[name];
            named.add(name);
            if (option.kind) {
                // parseArgs takes any word for the value, the next option too.
                if (value === undefined || (!token.inlineValue && value.startsWith('--'))) throw new UsageError(`${rawName} lacks its value: ${rawName} ${option.placeholder}`);
                const read = valueOf(rawName, option.kind, value);
                values[name] = option.multiple ? [...values[name] as unknown[], read] : read;
            } else {
                if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
                values[name] = true;
            }
        }
    }
    const given = { values, words, named } as unknown as Given<O, W>;
    command.check?.(given);
    return given;
}

/** Most characters of a wrong value that are shown. */
const SHOWN = 60;

function valueOf<T>(name: string, kind: Kind<T>, text: string): T {
    let value: T | undefined;
    try {
        value = kind.read(text);
    } catch (error) {
        throw new UsageError(`${name}: ${(error as Error).message}`);
    }
    if (value === undefined) throw new UsageError(`${name} is ${kind.is}, not '${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}'`);
    return value;
}

/** What `--help` prints. */
export function helpOf<O extends Options, W>({ name, purpose, words, options, more, codes }: Command<O, W>): string {
    const row = (head: string, { help, otherwise = '' }: Described & { readonly otherwise?: unknown }): string[] => [head, help + (String(otherwise) && ` (${String(otherwise)})`)];
    const rows = Object.entries<Flag | Valued>(options).map(([option, each]) => row(`--${option}${each.kind ? ` ${each.placeholder}` : ''}`, each));
    if (words) rows.unshift(row(words.placeholder, words));
    const lines = [purpose, table([...rows, ['--help', 'this text']], [1]), ...more === undefined ? [] : [more.replace(/(?=.{127})(.{1,126}) /g, '$1\n')]];
    return [
        `${name} -- ${words ? `[${words.placeholder}...] ` : ''}[options]`, ...lines.map(text => text.replace(/^/gm, '  ')),
        `Exit code ${Object.entries({ ...codes, [USAGE]: 'the command line is wrong' }).map(([code, meaning]) => `${code}: ${meaning}`).join('; ')}`,
    ].join('\n');
}

/** What this process's command line says to `command`. Ends the process where help is wanted, or something is wrong. */
export function commandLine<const O extends Options, W = never>(command: Command<O, W>): Given<O, W> {
    try {
        const given = readCommandLine(command, process.argv.slice(2));
        if (given) return given;
        console.log(helpOf(command));
        process.exit(PASSED);
    } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        console.error(`${command.name}: ${error.message}\n${command.name} -- --help tells more.`);
        process.exit(USAGE);
    }
}

/** Digits only: NaN would be a run that does nothing, and passes. `most`: 32 bits, as seeds have, if left out. */
export function wholeNumber(least = 0, most = 0xffffffff): Kind<number> {
    return {
        is: `a whole number, ${least} to ${most}`,
        read: text => /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined,
    };
}

/** With or without a fraction. */
export function numberAbove0(most: number): Kind<number> {
    return {
        is: `a number above 0, up to ${most}`,
        read: text => /^\d*\.?\d+$/.test(text) && Number(text) > 0 && Number(text) <= most ? Number(text) : undefined,
    };
}

export function oneOf<const T extends string>(names: readonly T[]): Kind<T> {
    return { is: names.join(', ').replace(/, ([^,]*)$/, ' or $1'), read: text => names.find(name => name === text) };
}

/** Not an empty one: it is what a variable of the shell leaves that is not set. `is`: what it says, with its article. */
export function anyText(is: string): Kind<string> {
    return { is, read: text => text || undefined };
}

const found = (path: string) => statSync(path, { throwIfNoEntry: false });

export const fileToRead: Kind<string> = { is: 'a file that is there', read: path => found(path)?.isFile() ? path : undefined };

/** Written at the end of a long run: that it cannot be is known before. */
export const fileToWrite: Kind<string> = {
    is: 'a file in a folder that is there',
    read: path => path && found(dirname(path))?.isDirectory() && !found(path)?.isDirectory() ? path : undefined,
};
