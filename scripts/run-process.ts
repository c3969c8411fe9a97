// Runs a program in the project's folder.
import { root } from './root.ts';
import { runProgram } from './run-program.ts';
import type { Ended } from './run-program.ts';

export { killAll } from './run-program.ts';
export type { Ended } from './run-program.ts';

/** As runProgram. */
export const runProcess = (command: string, parameters: readonly string[], deadline: number): Promise<Ended> => runProgram(command, parameters, deadline, { folder: root });
