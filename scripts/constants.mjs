// What every bundle of this project is compiled with: the values of the constants that sources declare.
// Plain JavaScript, because scripts/run.mjs reads it before anything can compile TypeScript.

/** Values for esbuild's `define`. `texts`: whether messages for people stay in the bundle. */
export function constants(texts) {
    return { MOTEMQ_TEXTS: String(texts) };
}
