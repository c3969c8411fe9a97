// The engines that the tests of the Espruino target run on: the model always, the interpreter where it is to be had.
import { findEspruino, interpreterAt, model } from '../machine.ts';
import type { Engine } from '../machine.ts';

const found = findEspruino();
if ('because' in found) console.log(`SKIPPED: tests on Espruino's interpreter, because ${found.because}`);

export const engines: readonly Engine[] = 'path' in found ? [model, interpreterAt(found.path)] : [model];
