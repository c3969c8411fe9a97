// The engines that the tests of the Espruino target run on: the model always, the interpreter where it is to be had.
import { bootEspruino } from '../board.ts';
import { findEspruino, interpreterAt, model } from '../machine.ts';
import type { Engine } from '../machine.ts';

const found = findEspruino();
if ('because' in found) console.log(`SKIPPED: tests on Espruino's interpreter, because ${found.because}`);

export const engines: readonly Engine[] = 'path' in found ? [model, interpreterAt(found.path)] : [model];

/** Whether the board behind `engine` has fewer than `needed` variables; then it is told that `what` is skipped. */
export async function isTooSmall(engine: Engine, what: string, needed: number): Promise<boolean> {
    if (engine === model) return false;
    const board = await bootEspruino(engine);
    const variables = Number(await board.evaluate('process.memory().total'));
    await board.stop();
    // The 64-bit build tells what it has taken so far, and takes more.
    const isFixed = variables < needed && variables > 1024;
    if (isFixed) console.log(`SKIPPED: ${what} on the interpreter, because it has ${variables} variables and they need ${needed}`);
    return isFixed;
}
