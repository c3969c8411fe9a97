// The bundles of this project, and how each is emitted. Who builds, measures or checks one takes it from here.
import { build, transform, type BuildOptions } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { aliasMembers } from './alias-members.ts';
import { aliasThis } from './alias-this.ts';
import { arrowFunctions } from './arrow-functions.ts';
import type { CeilingName } from './ceilings.ts';
import { constantVariables } from './constant-variables.ts';
import { constants } from './constants.mjs';
import { dropDeadBranches } from './dead-branches.ts';
import { exportInPlace } from './export-in-place.ts';
import { readDeclarations, reachable } from './declarations.ts';
import { manglableNames, manglePattern } from './mangle.ts';
import { inlineCalls } from './inline-calls.ts';
import { inlineNumbers } from './inline-numbers.ts';
import { importsOf } from './imports.ts';
import type { Emitted } from './dialect/check.ts';
import { root } from './root.ts';
import { zeroTests } from './zero-tests.ts';

/** An entry of package.json's `exports`: an ES module of dist/. */
export interface DistBundle {
    /** File name in dist/ without its extension. */
    readonly name: string;
    readonly entry: string;
    readonly engines: Emitted['engines'];
}

/** A classic script that assigns to `exports`, shortened as far as it goes: what is loaded onto an Espruino board, and measured. */
export interface BoardBundle {
    readonly name: string;
    readonly title: string;
    readonly entry: string;
    /** Which ceiling the bytes of the minified script without texts are held to. */
    readonly ceiling?: CeilingName;
    readonly engines: Emitted['engines'];
    /** Only measured and held to the dialect: no file of the package. */
    readonly isInternal?: true;
}

/** What one bundle came to. */
export interface Output {
    readonly code: string;
    /** The source map as JSON text. Its sources are paths relative to the project. */
    readonly map: string;
    /** Paths of the sources in it, relative to the project. */
    readonly inputs: readonly string[];
}

const everyEngine = ['espruino', 'xs', 'core'] as const;

/** The dialects of targets/modem: file and name. */
const dialects = [
    ['esp-at', 'ESP-AT'], ['nordic', 'Nordic'], ['quectel', 'Quectel'], ['sim7080', 'SIM7080'], ['sim7600', 'SIM7600'], ['sim800', 'SIM800'], ['ublox', 'u-blox'],
] as const;

// Each is whole in itself. A Moddable manifest lists files by hand and the classes of one bundle are never asked for by
// another (rule instance-of-own-class), so a copy in two bundles costs nothing: an application loads one of them.
export const distBundles: readonly DistBundle[] = [
    { name: 'index', entry: 'src/index.ts', engines: everyEngine },
    { name: 'publisher', entry: 'src/publisher.ts', engines: everyEngine },
    { name: 'codec', entry: 'src/codec/index.ts', engines: everyEngine },
    { name: 'telemetry', entry: 'src/telemetry/index.ts', engines: everyEngine },
    { name: 'outbox', entry: 'src/outbox/index.ts', engines: everyEngine },
    { name: 'sleep', entry: 'src/sleep/index.ts', engines: everyEngine },
    { name: 'trace', entry: 'src/trace/index.ts', engines: everyEngine },
    { name: 'reason-texts', entry: 'src/session/reason-texts.ts', engines: everyEngine },
    { name: 'node', entry: 'targets/node/index.ts', engines: [] },
    { name: 'moddable', entry: 'targets/moddable/index.ts', engines: ['xs'] },
    { name: 'espruino', entry: 'targets/espruino/index.ts', engines: ['espruino'] },
    { name: 'moddable-client', entry: 'targets/moddable/client.ts', engines: ['xs'] },
    { name: 'modem', entry: 'targets/modem/index.ts', engines: ['espruino', 'xs'] },
    ...dialects.map(([name]): DistBundle => ({ name: `modem-${name}`, entry: `targets/modem/dialects/${name}.ts`, engines: ['espruino', 'xs'] })),
];

/** The program of the package's `bin`: no entry of `exports`. Its packages stay imports. */
export const programBundle: DistBundle = { name: 'motemq', entry: 'hardware-tests/host/harness/main.ts', engines: [] };

export const boardBundles: readonly BoardBundle[] = [
    { name: 'full', title: 'full client', entry: 'scripts/entries/full.ts', ceiling: 'fullClient', engines: everyEngine },
    { name: 'publish-only', title: 'publish-only client', entry: 'scripts/entries/publish-only.ts', ceiling: 'publishOnlyClient', engines: everyEngine },
    { name: 'espruino/motemq', title: 'full client for Espruino', entry: 'targets/espruino/motemq.ts', ceiling: 'espruinoFull', engines: ['espruino'] },
    { name: 'espruino/motemq-pub', title: 'publish-only client for Espruino', entry: 'targets/espruino/motemq-pub.ts', ceiling: 'espruinoPublisher', engines: ['espruino'] },
    { name: 'espruino/motemq-core', title: 'full client of src, for other transports', entry: 'targets/espruino/motemq-core.ts', engines: ['espruino'] },
    { name: 'espruino/motemq-core-pub', title: 'publish-only client of src, for other transports', entry: 'targets/espruino/motemq-core-pub.ts', engines: ['espruino'] },
    { name: 'espruino/motemq-sleep', title: 'publish-only client that sleeps, for Espruino', entry: 'targets/espruino/motemq-sleep.ts', engines: ['espruino'] },
    { name: 'espruino/motemq-board', title: 'WiFi, Storage and sleep for Espruino', entry: 'targets/espruino/motemq-board.ts', engines: ['espruino'] },
    { name: 'espruino/motemq-modem', title: 'modem transport with the serial line of Espruino', entry: 'scripts/entries/modem.ts', engines: ['espruino'] },
    { name: 'modem', title: 'modem transport with the dialect of SIM7600', entry: 'scripts/entries/modem-sim7600.ts', ceiling: 'modemTransport', engines: ['espruino', 'xs'] },
    ...dialects.map(([name, title]): BoardBundle => ({
        name: `espruino/motemq-${name}`, title: `dialect of ${title} alone`, entry: `scripts/entries/dialects/${name}.ts`, engines: ['espruino', 'xs'],
    })),
    { name: 'espruino/motemq-trace', title: 'what writes a trace, for Espruino', entry: 'scripts/entries/trace.ts', engines: ['espruino'] },
    { name: 'tap', title: 'TAP runtime of tested boards', entry: 'scripts/entries/tap.ts', ceiling: 'tapRuntime', engines: ['espruino', 'xs'], isInternal: true },
    { name: 'codec', title: 'codec only', entry: 'scripts/entries/codec.ts', engines: everyEngine },
];

/** Where a board bundle lies in dist/, without `.min.js`: those of a target in its folder. */
export function boardFile({ name }: BoardBundle): string {
    return name.includes('/') ? name : `board/${name}`;
}

/** Syntax that es2020 has and Espruino lacks, so that esbuild neither keeps nor introduces it. */
const lowered = { 'optional-chain': false, 'exponent-operator': false, 'logical-assignment': false } as const;

function localImports(path: string): string[] {
    return importsOf(readFileSync(join(root, path), 'utf8')).filter(({ specifier }) => specifier.startsWith('.')).map(({ specifier }) => normalize(join(dirname(path), specifier)));
}

/** What keeps a bundle from being built: its entry, or a module that the entry imports, does not exist. */
export function missingSources(bundle: { readonly entry: string }): string[] {
    return existsSync(join(root, bundle.entry)) ? localImports(bundle.entry).filter(path => !existsSync(join(root, path))) : [bundle.entry];
}

/** The comment by which a tool learns where the lines of a text came from. */
function withMap(map: string): string {
    return `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
}

/** `entry`: relative to the project; undefined if `options` have a `stdin`. */
async function emit(entry: string | undefined, options: BuildOptions): Promise<Output> {
    const result = await build({
        ...(entry !== undefined && { entryPoints: [join(root, entry)] }),
        absWorkingDir: root,
        // In the project's folder, so that paths in the source map are relative to it.
        outfile: join(root, 'bundle.js'),
        bundle: true,
        write: false,
        metafile: true,
        format: 'esm',
        target: 'es2020',
        supported: lowered,
        packages: 'external',
        sourcemap: 'external',
        legalComments: 'none',
        charset: 'utf8',
        // An entry of a board bundle assigns to the `exports` that require() gives a classic script.
        logOverride: { 'commonjs-variable-in-esm': 'silent' },
        logLevel: 'error',
        ...options,
    });
    const file = (suffix: string) => result.outputFiles!.find(({ path }) => path.endsWith(suffix))!.text;
    return { code: file('.js'), map: file('.js.map'), inputs: Object.keys(result.metafile!.inputs) };
}

/** An entry of dist/: readable, with the texts. */
export async function emitDist({ name, entry, engines }: DistBundle): Promise<Output> {
    const forNode = name === 'node' || name === programBundle.name;
    const output = await emit(entry, {
        platform: forNode ? 'node' : 'neutral',
        define: constants(true),
        // `motemq test` runs from the sources alone.
        ...(forNode ? { target: 'node20', supported: {}, external: ['*/bench/command.ts'] } : {}),
    });
    return engines.includes('xs') ? { ...output, code: constantVariables(output.code) } : output;
}

/** What Espruino has instead: without, `throw new RangeError(…)` throws something else, and the message is lost. */
const espruinoGlobals = { RangeError: 'Error' };

/** What the bundler has put together, as short as it gets. */
async function shorten({ code, map, inputs }: Output, last: (code: string) => string = same => same): Promise<Output> {
    // `export {}` makes it a module, whose outermost names may be shortened too.
    const short = await transform(last(zeroTests(aliasThis(inlineNumbers(code)))) + 'export {};' + withMap(map), {
        minify: true, target: 'es2020', supported: lowered, format: 'esm', sourcemap: 'external', legalComments: 'none', charset: 'ascii', logLevel: 'error',
        logOverride: { 'commonjs-variable-in-esm': 'silent' },
    });
    return { code: short.code.replace(/export\{\};\s*$/, ''), map: short.map, inputs };
}

/** A board bundle as it can be emitted in several ways. */
export interface PreparedBundle extends BoardBundle {
    /** The property names that it shortens when it is minified (mangle.ts). */
    readonly mangled: readonly string[];
    emit(options: { readonly minify: boolean; readonly texts: boolean }): Promise<Output>;
}

/** Makes the board bundles ready to emit. Those whose sources are missing are left out. */
export async function prepareBoardBundles(): Promise<PreparedBundle[]> {
    const declarations = await readDeclarations();
    // What the decoder calls of the session. Only who uses the codec on its own sees these names.
    const inward = ['onConnack', 'onPuback', 'onPingresp', 'onSkipped', 'onPublish', 'onSuback', 'onUnsuback'];
    return Promise.all(boardBundles.filter(bundle => missingSources(bundle).length === 0).map(async bundle => {
        // On a board a text is the bytes of the file: escapes say which they are.
        const emitWith = (texts: boolean, options: BuildOptions) => emit(bundle.entry, { platform: 'neutral', charset: 'ascii', define: { ...constants(texts), MOTEMQ_RECEIVES: String(bundle.name === 'espruino/motemq'), ...(bundle.engines.includes('espruino') && espruinoGlobals) }, ...options });
        const { inputs } = await emitWith(true, {});
        const shown = inputs.filter(path => !path.startsWith('scripts/')).concat(localImports(bundle.entry)).flatMap(path => reachable(path, declarations));
        const hidden = bundle.name === 'codec' ? [] : inward;
        const mangled = manglableNames([...new Set(shown)], inputs.map(path => readFileSync(join(root, path), 'utf8')), readFileSync(join(root, bundle.entry), 'utf8')).concat(hidden).sort();
        return {
            ...bundle,
            mangled,
            async emit({ minify, texts }) {
                if (!minify) return emitWith(texts, {});
                const shorter = { minifySyntax: true, mangleProps: manglePattern(mangled) };
                // On XS a call costs no memory, and what a function takes in enlarges its place on the stack.
                if (bundle.engines.some(engine => engine !== 'espruino')) return shorten(await emitWith(texts, shorter));
                const { code, map, inputs: sources } = await emitWith(texts, {});
                const stdin = { contents: `${arrowFunctions(exportInPlace(inlineCalls(dropDeadBranches(code), mangled)))}export {};${withMap(map)}`, resolveDir: root };
                return shorten({ ...await emit(undefined, { ...shorter, platform: 'neutral', stdin }), inputs: sources }, aliasMembers);
            },
        };
    }));
}
