// The program `motemq`: see cli.ts.
import { main } from './cli.ts';

let code = 0;
const exit = (): never => process.exit(code);
// Who reads what is printed may have seen enough: `motemq trace FILE | head`.
process.stdout.on('error', exit);
code = await main(process.argv.slice(2));
// What esptool-js still waits for when a board is gone would hold the process for seconds; what is printed has to leave first, though.
process.stdout.write('', exit);
