// Bundles a TypeScript entry for the virtual board: one classic script, the board's modules mapped to its globals.
import { build, type Plugin } from 'esbuild';
import { constants } from '../../../scripts/constants.mjs';

/** Moddable's module names and the globals of the host (./host) that stand for them. */
const modules: Record<string, string> = {
    'timer': 'Timer',
    'time': 'Time',
    'embedded:io/socket/tcp': 'TCP',
    'mc/config': 'config',
};

const boardModules: Plugin = {
    name: 'board modules',
    setup(builder) {
        const names = new RegExp(`^(${Object.keys(modules).join('|')})$`);
        builder.onResolve({ filter: names }, ({ path }) => ({ path, namespace: 'board' }));
        builder.onLoad({ filter: /.*/, namespace: 'board' }, ({ path }) => ({ contents: `export default ${modules[path]};` }));
    },
};

export interface BundleOptions {
    /** As esbuild's `define`, besides the project's own constants. */
    readonly define?: Record<string, string>;
    readonly minify?: boolean;
}

/** The text of a script that runs `entry` (a path, absolute or from the working folder) on the virtual board. */
export async function bundleForBoard(entry: string, options: BundleOptions = {}): Promise<string> {
    const result = await build({
        entryPoints: [entry],
        bundle: true,
        write: false,
        format: 'iife',
        platform: 'neutral',
        target: 'es2022',
        define: { ...constants(true), ...options.define },
        minify: options.minify ?? false,
        plugins: [boardModules],
        logLevel: 'silent',
    });
    return result.outputFiles[0].text;
}
