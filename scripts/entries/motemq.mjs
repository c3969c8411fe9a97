#!/usr/bin/env node
// The `bin` of the package: the built program where there is one alone, its source in a work tree, so that it is never older than that.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const source = join(import.meta.dirname, '..', '..', 'hardware-tests', 'host', 'harness', 'main.ts');
if (existsSync(source)) {
    process.argv.splice(2, 0, source);
    await import('../run.mjs');
} else {
    await import('../../dist/motemq.js');
}
