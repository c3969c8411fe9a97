// The program of a run for each engine, and the name by which a board that runs it says so: a sum over its own text.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import { constants } from '../../../../scripts/constants.mjs';
import { root } from '../../../../scripts/root.ts';
import { bundleForEspruino, publishedFiles } from '../../../boards/espruino/bundle.ts';
import { bundlePreloaded } from '../../../boards/xs/bundle.ts';
import type { Program } from '../../../boards/virtual/image.ts';
import { IMAGE } from '../../../suites/bench.ts';

export type Engine = 'xs' | 'node' | 'espruino' | 'moddable';

export interface Image {
    /** `motemq-image-` and eight hex digits. */
    readonly name: string;
    /** On Espruino `preload` is the file of motemq, which the script requires. */
    readonly program: Program;
    /** Why a board that says this name may still hold something else; empty or left out: it cannot. */
    readonly unsure?: string;
}

const suites = (name: string): string => join(root, 'hardware-tests', 'suites', name);

/** Every module but the project's own files is there when mcconfig links the application. */
const modulesOfSdk: Plugin = {
    name: 'modules of the SDK',
    setup: builder => builder.onResolve({ filter: /^[^./]/ }, ({ kind }) => kind === 'entry-point' ? undefined : { external: true }),
};

const compilers: Readonly<Record<Engine, () => Promise<Program>>> = {
    xs: () => bundlePreloaded(suites('xs-bench.ts'), { minify: true }),
    async espruino() {
        const [{ motemq }, script] = await Promise.all([publishedFiles(), bundleForEspruino('hardware-tests/suites/espruino-bench.ts')]);
        return { script, preload: [motemq] };
    },
    async moddable() {
        const { outputFiles } = await build({ entryPoints: [suites('moddable-bench.ts')], bundle: true, write: false, platform: 'neutral', format: 'esm', target: 'es2022', define: constants(true), plugins: [modulesOfSdk], logLevel: 'error' });
        return { script: outputFiles[0].text, preload: [] };
    },
    async node() {
        const { outputFiles } = await build({ entryPoints: [suites('node-bench.ts')], bundle: true, write: false, platform: 'node', format: 'esm', target: 'node20', define: constants(true), logLevel: 'error' });
        return { script: outputFiles[0].text, preload: [] };
    },
};

const made = new Map<Engine, Promise<Image>>();

/** Compiles the program for `engine`, once. */
export function imageFor(engine: Engine): Promise<Image> {
    let image = made.get(engine);
    if (!image) made.set(engine, image = compilers[engine]().then(named));
    return image;
}

function named({ script, preload }: Program): Image {
    const name = nameOf([script, ...preload]);
    return { name, program: { script: script.replaceAll(IMAGE, name), preload } };
}

/** The name for what consists of `parts`. */
export function nameOf(parts: readonly string[]): string {
    return IMAGE.replace('00000000', createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 8));
}

/** Writes an image where a process can start it. Returns the path. */
export function imageFile({ name, program }: Image, extension: string): string {
    const folder = join(root, '.cache', 'bench');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, name + extension);
    writeFileSync(path, program.script);
    return path;
}
