// An emulated board for any flashing tool: `node scripts/run.mjs hardware-tests/boards/rom/main.ts --chip esp32 --pty`. It waits in its loader.
import { parseArgs } from 'node:util';
import { RomBoard } from './board.ts';
import { chips } from './chips.ts';
import { boardOnSocket, boardOnTerminal } from './ends.ts';

const { values } = parseArgs({
    options: { chip: { type: 'string', default: 'esp32' }, pty: { type: 'boolean' }, tcp: { type: 'string', default: '0' }, help: { type: 'boolean' } },
});
if (values.help) {
    console.log(`--chip NAME   ${chips.map(({ name }) => name).join(', ')}\n--pty         a pseudo-terminal; --tcp PORT: a TCP port, 0 for any free one`);
} else {
    const board = new RomBoard({ chip: values.chip, inLoader: true });
    const end = values.pty ? await boardOnTerminal(board) : await boardOnSocket(board, Number(values.tcp));
    console.log(`${values.chip} at ${end.address}`);
    process.once('SIGINT', () => end.stop());
    process.once('SIGTERM', () => end.stop());
}
