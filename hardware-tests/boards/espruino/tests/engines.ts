// The engines that the tests of the Espruino target run on: the model always, the interpreter where it is to be had.
import { bootEspruino } from '../board.ts';
import { findEspruino, interpreterAt, model } from '../machine.ts';
import type { Engine } from '../machine.ts';

const found = findEspruino();
if ('because' in found) console.log(`SKIPPED: tests on Espruino's interpreter, because ${found.because}`);

export const engines: readonly Engine[] = 'path' in found ? [model, interpreterAt(found.path)] : [model];

/** A build whose heap grows takes so many variables at a time, and tells how many it has so far (Espruino's jsvar.c, JSVAR_BLOCK_SIZE). */
const BLOCK = 4096;

/** Whether the board behind `engine` has fewer than `needed` variables; then it is told that `what` is skipped. */
export async function isTooSmall(engine: Engine, what: string, needed: number): Promise<boolean> {
    if (engine === model) return false;
    const board = await bootEspruino(engine);
    const variables = Number(await board.evaluate('process.memory().total'));
    await board.stop();
    const isSmall = variables < needed && variables % BLOCK !== 0;
    if (isSmall) console.log(`SKIPPED: ${what} on the interpreter, because it has ${variables} variables, and ${needed} are needed`);
    return isSmall;
}

/** Those of the engines whose boards have `needed` variables. Of each other it is told that `what` is skipped. */
export async function enginesFor(what: string, needed: number): Promise<readonly Engine[]> {
    const small = await Promise.all(engines.map(engine => isTooSmall(engine, what, needed)));
    return engines.filter((_, index) => !small[index]);
}

/** The interpreter, if there is one whose board has `needed` variables. Else it is told that `what` is skipped. */
export async function interpreterFor(what: string, needed: number): Promise<Engine | undefined> {
    return (await enginesFor(what, needed)).find(engine => engine !== model);
}
