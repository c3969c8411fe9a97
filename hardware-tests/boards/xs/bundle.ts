// Bundles a TypeScript entry for the virtual board: one classic script, the board's modules mapped to its globals.
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { distBundles } from '../../../scripts/bundles.ts';
import { constants } from '../../../scripts/constants.mjs';
import { root } from '../../../scripts/root.ts';

/** Moddable's module names and the globals of the host (./host) that stand for them. */
const globals: Record<string, string> = {
    'timer': 'Timer',
    'time': 'Time',
    'embedded:io/socket/tcp': 'TCP',
    'mc/config': 'config',
};
/** Those that the host does not have are written in TypeScript (./modules). */
const files: Record<string, string> = {
    'embedded:io/digital': 'digital.ts',
    'embedded:io/serial': 'serial.ts',
    'embedded:io/socket/tcp/tls': 'tls.ts',
    'embedded:io/socket/udp': 'udp.ts',
    'embedded:network/dns/resolver/udp': 'resolver.ts',
    'embedded:network/interface/wifi': 'wifi.ts',
    'embedded:storage/key-value': 'key-value.ts',
    'system': 'system.ts',
};
const folder = join(root, 'hardware-tests', 'boards', 'xs', 'modules');

const boardModules: Plugin = {
    name: 'board modules',
    setup(builder) {
        const names = new RegExp(`^(${[...Object.keys(globals), ...Object.keys(files)].join('|')})$`);
        builder.onResolve({ filter: names }, ({ path }) => path in files ? { path: join(folder, files[path]) } : { path, namespace: 'board' });
        builder.onLoad({ filter: /.*/, namespace: 'board' }, ({ path }) => ({ contents: `export default ${globals[path]};` }));
    },
};

export interface BundleOptions {
    /** As esbuild's `define`, besides the project's own constants. */
    readonly define?: Record<string, string>;
    readonly minify?: boolean;
}

/** The text of a script that runs `entry` (a path, absolute or from the working folder) on the virtual board. */
export async function bundleForBoard(entry: string, options: BundleOptions = {}, plugins: readonly Plugin[] = []): Promise<string> {
    const result = await build({
        entryPoints: [entry],
        bundle: true,
        write: false,
        format: 'iife',
        platform: 'neutral',
        target: 'es2022',
        define: { ...constants(true), ...options.define },
        minify: options.minify ?? false,
        plugins: [...plugins, boardModules],
        logLevel: 'silent',
    });
    return result.outputFiles[0].text;
}

const { exports: exportsOfPackage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly exports: Readonly<Record<string, { readonly default: string }>> };

/** By its name in motemq's manifests: the source of each module that an application of Moddable's has preloaded, whole in itself as in dist/. */
const preloadable = new Map(Object.entries(exportsOfPackage).map(([name, { default: file }]) => ['motemq' + name.slice(1), distBundles.find(bundle => file === `./dist/${bundle.name}.js`)!.entry]));

/** A script that leaves the exports of the module at `path` in the global `preloaded`, and their names. */
async function preloadOf(path: string): Promise<{ readonly text: string; readonly names: readonly string[] }> {
    const options: BuildOptions = { entryPoints: [join(root, path)], bundle: true, write: false, outfile: 'module.js', metafile: true, platform: 'neutral', target: 'es2022', define: constants(true), plugins: [boardModules], logLevel: 'silent' };
    const { metafile } = await build({ ...options, format: 'esm' });
    const { outputFiles } = await build({ ...options, format: 'cjs' });
    const text = `globalThis.preloaded ??= {};\npreloaded['${path}'] = (() => { const module = { exports: {} };\n${outputFiles![0].text}\nreturn module.exports; })();`;
    return { text, names: Object.values(metafile!.outputs)[0].exports };
}

/** As `bundleForBoard`, with those of motemq's modules that `entry` imports preloaded, as on a board: they take no heap. */
export async function bundlePreloaded(entry: string, options: BundleOptions = {}): Promise<{ readonly script: string; readonly preload: readonly string[] }> {
    const made = new Map<string, ReturnType<typeof preloadOf>>();
    const plugin: Plugin = {
        name: 'preloaded modules',
        setup(builder) {
            builder.onResolve({ filter: /^\.|^motemq(?:\/|$)/ }, async ({ path, resolveDir, pluginData, kind }) => {
                if (pluginData === 'asked' || kind === 'entry-point') return undefined;
                const found = preloadable.get(path) ?? relative(root, (await builder.resolve(path, { resolveDir, kind, pluginData: 'asked' })).path);
                return [...preloadable.values()].includes(found) ? { path: found, namespace: 'preloaded', sideEffects: false } : undefined;
            });
            builder.onLoad({ filter: /.*/, namespace: 'preloaded' }, async ({ path }) => {
                if (!made.has(path)) made.set(path, preloadOf(path));
                const { names } = await made.get(path)!;
                return { contents: names.map(name => `export const ${name} = /* @__PURE__ */ (() => preloaded['${path}'].${name})();`).join('\n') };
            });
        },
    };
    const script = await bundleForBoard(entry, options, [plugin]);
    return { script, preload: await Promise.all([...made.values()].map(async one => (await one).text)) };
}
