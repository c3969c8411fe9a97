// A run with a board that repeats every line that it hears, as a console with its echo on does, and that has to join a network: for bench-run.test.ts,
// in a process of its own, whose output is looked at, too.
import { runBench } from '../host/harness/bench/bench.ts';
import type { BenchBoard } from '../host/harness/bench/bench-board.ts';
import { planOf } from '../host/harness/bench/plan.ts';
import { writeReports } from '../host/harness/bench/report/write.ts';
import { hiderOf, networkOf } from '../host/harness/bench/secrets.ts';
import { virtualBoardNamed } from '../host/harness/bench/virtual.ts';

const folder = process.argv[2];
const node = (await virtualBoardNamed('node', 'echo'))!;
let told = false;
const board: BenchBoard = {
    ...node, needsNetwork: true,
    async open() {
        const port = await node.open();
        const write = port.write.bind(port);
        port.write = (bytes) => {
            told ||= bytes.toString().includes('wifiPassword') || Buffer.from(bytes).includes('wifiPassword');
            port.onBytes(Buffer.concat([Buffer.from('echo: '), bytes]));
            return write(bytes);
        };
        return port;
    },
};
const network = networkOf(process.env);
const print = (_board: BenchBoard, text: unknown): void => console.log(JSON.stringify(text));
const result = await runBench([{ board, tests: planOf('connect,reconnect', null) }], {
    broker: 'aedes', folder, network, hide: hiderOf(network), bail: false, rounds: 1, retries: 0, stopped: new AbortController().signal,
}, { step: print, result: print, fault: print });
await writeReports(folder, result);
console.log(`the board was told: ${told && result.boards[0].tests.every(({ status }) => status === 'passed')}`);
process.exit();
