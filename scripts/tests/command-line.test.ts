// The command lines of the developers' commands: what is read, what is refused and in which words, what --help prints.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../hardware-tests/host/harness/errors.ts';
import { anyText, fileToRead, fileToWrite, helpOf, numberAbove0, oneOf, readCommandLine, wholeNumber, type Command } from '../command-line.ts';
import { root } from '../root.ts';
import { runProcess } from '../run-process.ts';

const options = {
    seeds: { placeholder: 'N', kind: wholeNumber(1, 9), otherwise: 7, help: 'how many' },
    seconds: { placeholder: 'S', kind: numberAbove0(10), help: 'for how long' },
    name: { placeholder: 'TEXT', kind: anyText('a name'), multiple: true, help: 'which, several times' },
    hex: { placeholder: 'HEX', kind: { is: 'digits', read(): number { throw new Error('no digits at all'); } }, help: 'digits' },
    json: { help: 'for machines' },
} as const;
const command: Command<typeof options, 'codec' | 'wire'> = {
    name: 'npm run example', purpose: 'What it is for.\nAnd more.',
    words: { placeholder: 'PART', kind: oneOf(['codec', 'wire']), help: 'a part' },
    options, more: 'Faults: noise', codes: { 0: 'well', 1: 'not well' },
    check({ values, named }) {
        if (values.json && named.has('seeds')) throw new UsageError('--json is without --seeds');
    },
};
const read = (...parameters: string[]) => readCommandLine(command, parameters);
const wordless = { ...command, words: undefined };

test('what is left out is its default, false, an empty list, or undefined', () => {
    assert.equal(read(), { values: { seeds: 7, seconds: undefined, name: [], hex: undefined, json: false }, words: [], named: new Set() });
});

test('values are read as what they are, the last one counts, and lists grow', () => {
    assert.equal(read('wire', '--seeds', '3', '--seeds=9', '--seconds', '.5', '--name', 'a', '--name=-b', 'codec'), {
        values: { seeds: 9, seconds: 0.5, name: ['a', '-b'], hex: undefined, json: false }, words: ['wire', 'codec'], named: new Set(['seeds', 'seconds', 'name']),
    });
    assert.is(read('--json')?.values.json, true);
});

test('words behind -- are words', () => {
    assert.equal(read('--', 'wire')?.words, ['wire']);
    assert.throws(() => read('--', '--json'), /^PART is codec or wire, not '--json'$/);
});

const refused: readonly (readonly [parameters: readonly string[], sentence: string])[] = [
    [['--seedz', '3'], 'there is no option --seedz; it takes --seeds, --seconds, --name, --hex, --json, --help'],
    [['-x'], 'there is no option -x; it takes --seeds, --seconds, --name, --hex, --json, --help'],
    [['--toString'], 'there is no option --toString; it takes --seeds, --seconds, --name, --hex, --json, --help'],
    [['--no-json'], 'there is no option --no-json; it takes --seeds, --seconds, --name, --hex, --json, --help'],
    ...['0', '10', '1.5', '1e0', '0x1', '-3', ' 1', 'many', '99999999999'].map(text => [['--seeds', text], `--seeds is a whole number, 1 to 9, not '${text}'`] as const),
    [['--seeds='], "--seeds is a whole number, 1 to 9, not ''"],
    ...['0', '0.0', '10.1', '1.', 'NaN', 'Infinity'].map(text => [['--seconds', text], `--seconds is a number above 0, up to 10, not '${text}'`] as const),
    [['--seeds'], '--seeds lacks its value: --seeds N'],
    [['--seeds', '--json'], '--seeds lacks its value: --seeds N'],
    [['--json=yes'], '--json takes no value'],
    [['--name', ''], "--name is a name, not ''"],
    [['wires'], "PART is codec or wire, not 'wires'"],
    [['--hex', 'zz'], '--hex: no digits at all'],
    [['x'.repeat(70)], `PART is codec or wire, not '${'x'.repeat(60)}…'`],
    [['--json', '--seeds', '7'], '--json is without --seeds'],
];
for (const [parameters, sentence] of refused) {
    test(`refused: ${parameters.join(' ')}`, () => {
        try {
            read(...parameters);
        } catch (error) {
            assert.instance(error, UsageError);
            assert.is((error as UsageError).message, sentence);
            return;
        }
        assert.unreachable('it was read');
    });
}

test('a word is refused where none is taken, with a hint at what npm takes for itself', () => {
    assert.throws(() => readCommandLine(wordless, ['5']), /^'5' means nothing here; options begin with --, and stand behind a -- that npm takes$/);
});

test('help is given whatever else is said', () => {
    for (const parameters of [['--help'], ['-h'], ['--seedz', '--help'], ['wires', '-h']]) assert.is(read(...parameters), null, parameters.join(' '));
});

test('a file to read is there', () => {
    assert.equal([join(root, 'LICENSE'), root, 'no/such/file', ''].map(path => fileToRead.read(path) !== undefined), [true, false, false, false]);
});

test('a file to write is new or there, in a folder that is there', () => {
    const paths = [join(root, 'LICENSE'), join(root, 'no-such-file'), 'here.svg', root, 'no/such/file', 'LICENSE/file', ''];
    assert.equal(paths.map(path => fileToWrite.read(path) !== undefined), [true, true, true, false, false, false, false]);
});

test('the help says what the command is for, its words, its options with defaults, and its exit codes', () => {
    assert.is(helpOf(command), `npm run example -- [PART...] [options]
  What it is for.
  And more.
  PART         a part
  --seeds N    how many (7)
  --seconds S  for how long
  --name TEXT  which, several times
  --hex HEX    digits
  --json       for machines
  --help       this text
  Faults: noise
Exit code 0: well; 1: not well; 3: the command line is wrong`);
});

test('long lines below the options are broken between words, and nothing is lost', () => {
    const more = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    const lines = helpOf({ ...wordless, more }).split('\n').filter(line => line.includes('word'));
    assert.ok(lines.length > 1 && lines.every(line => line.length <= 130));
    assert.is(lines.map(line => line.trim()).join(' '), more);
});

/** The commands whose command line is not one of these, and why. */
const others: Readonly<Record<string, string>> = { start: 'start/options.ts: passwords, brokers and exit codes of its own' };

test('every command of package.json has its command line here, under the name by which it is called', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const files = Object.entries(scripts).flatMap(([name, line]) => /^node scripts\/run\.mjs (\S+)$/.exec(line)?.slice(1).map(path => [name, path]) ?? []);
    assert.ok(files.length > 10);
    for (const [name, path] of files.filter(([name]) => !Object.hasOwn(others, name))) {
        assert.match(readFileSync(join(root, path), 'utf8'), `commandLine({\n    name: 'npm ${name === 'test' ? '' : 'run '}${name}',\n`, path);
    }
});

test('a command prints its help and ends with 0', async () => {
    const { code, output } = await runProcess(process.execPath, ['scripts/run.mjs', 'scripts/size.ts', '--help'], 60_000);
    assert.match(output, /^npm run size -- \[options\]\n[^]*\n {2}--json +the figures for machines\n[^]*\nExit code 0: .*; 3: the command line is wrong\n$/);
    assert.is(code, 0);
});

test('a build does not remove what no build has left', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'motemq-'));
    try {
        writeFileSync(join(folder, 'letter.txt'), '');
        const { code, output } = await runProcess(process.execPath, ['scripts/run.mjs', 'scripts/build.ts', '--out', folder], 60_000);
        assert.match(output, /^npm run build: --out is a folder that is new, empty or of an earlier build, not /);
        assert.is(code, 3);
        assert.equal(readdirSync(folder), ['letter.txt']);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test('a command that is called wrongly says so in two lines, does nothing, and ends with 3', async () => {
    const { code, output } = await runProcess(process.execPath, ['scripts/run.mjs', 'scripts/test-modem.ts', '--tls', '--dialect', 'sim800'], 60_000);
    assert.is(output, 'npm run test:modem: sim800 has no TLS of its own; sim7600, sim7080, bg96, ublox, esp-at, nordic have\nnpm run test:modem -- --help tells more.\n');
    assert.is(code, 3);
});

test.run();
