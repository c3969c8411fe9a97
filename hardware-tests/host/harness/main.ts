// The program `motemq`: see cli.ts.
import { main } from './cli.ts';

const code = await main(process.argv.slice(2));
// What esptool-js still waits for when a board is gone would hold the process for seconds.
process.exit(code);
