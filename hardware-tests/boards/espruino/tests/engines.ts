// The engines that the tests of the Espruino target run on: the model always, the interpreter where it is to be had.
import { bootInterpreter, bootModel, findEspruino } from '../interpreter.ts';
import type { BootEspruino } from '../interpreter.ts';

const found = findEspruino();
if ('because' in found) console.log(`SKIPPED: tests on Espruino's interpreter, because ${found.because}`);

/** Null: not on this machine. */
export const engines: readonly { readonly name: string; readonly boot: BootEspruino | null }[] = [
    { name: 'model of Espruino', boot: bootModel() },
    { name: 'Espruino', boot: 'path' in found ? bootInterpreter(found.path) : null },
];
