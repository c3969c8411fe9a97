// The program `motemq`: see cli.ts.
import { main } from './cli.ts';
import { leave } from './leave.ts';

/** 128 and SIGPIPE, as shells have it: what was asked for has not come to its end. */
const UNHEARD = 141;
// Who reads what is printed may have seen enough: `motemq trace FILE | head`. How far it has got is told on the other stream: nobody has to listen.
process.stdout.on('error', () => leave(UNHEARD));
process.stderr.on('error', () => {});
const code = await main(process.argv.slice(2));
// What esptool-js still waits for when a board is gone would hold the process for seconds; what is printed has to leave first, though.
process.stdout.write('', () => leave(code));
