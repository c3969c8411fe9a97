// Programs for Espruino's boards: the emitted bundles as they are published, and programs of tests that require them.
import { build, type Plugin } from 'esbuild';
import { join } from 'node:path';
import { prepareBoardBundles } from '../../../scripts/bundles.ts';
import { constants } from '../../../scripts/constants.mjs';
import { root } from '../../../scripts/root.ts';

const names = ['motemq', 'motemq-pub', 'motemq-core-pub', 'motemq-sleep', 'motemq-board'] as const;

/** The published files by the name that a program requires them by. */
export async function publishedFiles(): Promise<Record<typeof names[number], string>> {
    const bundles = await prepareBoardBundles();
    const files = await Promise.all(names.map(async (name) => {
        const bundle = bundles.find((one) => one.name === `espruino/${name}`);
        if (!bundle) throw new Error(`there is no bundle ${name}`);
        return [name, (await bundle.emit({ minify: true, texts: false })).code] as const;
    }));
    return Object.fromEntries(files) as Record<typeof names[number], string>;
}

const classes = ['Client', 'Subscription', 'Topic'];

/** Classes come from the published file, so that it is what a test runs; numbers have no other source than the project's. */
const published: Plugin = {
    name: 'published files',
    setup(builder) {
        builder.onResolve({ filter: /\/src\/index\.ts$/ }, () => ({ path: 'motemq', namespace: 'published' }));
        builder.onLoad({ filter: /.*/, namespace: 'published' }, () => ({
            resolveDir: root,
            contents: `
                export * from './src/reasons.ts';
                export * from './src/session/states.ts';
                export * from './src/session/refusals.ts';
                export { NOT_SUBSCRIBED, REFUSED } from './src/session/subscription.ts';
                const motemq = require('motemq');
                ${classes.map(name => `export const ${name} = motemq.${name};`).join('\n')}
            `,
        }));
    },
};

/** The text of a classic script made of the board program at `entry`, relative to the project. It requires motemq. */
export async function bundleForEspruino(entry: string): Promise<string> {
    const result = await build({
        entryPoints: [join(root, entry)], bundle: true, write: false, format: 'cjs', platform: 'neutral', target: 'es2020',
        supported: { 'optional-chain': false }, external: ['motemq', 'net', 'Storage', 'Wifi'], define: { ...constants(false), RangeError: 'Error' },
        minify: true, plugins: [published], logLevel: 'error',
        logOverride: { 'commonjs-variable-in-esm': 'silent' },
    });
    return result.outputFiles[0].text;
}
