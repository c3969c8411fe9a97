// The client on the real XS engine (the virtual board): heap, bytecodes and stack of each kind of round, and what stays.
import { xsEngine } from '../../hardware-tests/boards/xs/build.ts';
import { Broker } from '../../hardware-tests/host/broker.ts';
import type { CeilingName } from '../ceilings.ts';
import { bytesOf, copyCharge, costOf, liveBytes, measureOnBoard, type BoardFigures } from './on-board.ts';
import type { Column, Row, Section } from './report.ts';

const heapColumn: Column = { key: 'heapBytes', title: 'heap bytes' };
const bytecodes: Column = { key: 'bytecodes', title: 'bytecodes' };

/** The rounds that are shown, in this order, and what the design says of their bytecodes. */
export const rounds: Readonly<Record<string, CeilingName | undefined>> = {
    'floor of publish QoS 0': undefined,
    'floor of publish QoS 1 + PUBACK': undefined,
    'floor of received QoS 0': undefined,
    'publish QoS 0': 'publish0Bytecodes',
    'publish QoS 0, burst': 'publish0Bytecodes',
    'publish QoS 1 + PUBACK': 'publish1Bytecodes',
    'publish QoS 1 + PUBACK, burst': 'publish1Bytecodes',
    'received QoS 0': 'receivedBytecodes',
    'received QoS 0, burst': 'receivedBytecodes',
    'received QoS 0, handler of a subscription': undefined,
    'received QoS 1 + PUBACK': undefined,
    'received QoS 1 + PUBACK, burst': undefined,
    'received QoS 1 + PUBACK in pieces of 7': undefined,
    'received, too large and skipped': undefined,
    'ping': undefined,
    'reconnect, one message resent': undefined,
    'reconnect, subscription renewed': undefined,
    'JSON of 4 values': undefined,
    'CBOR of 4 values': undefined,
};

/** The design's ceiling on the stack is on publishing and receiving. */
export function limitsStack(name: string): boolean {
    return /^(publish|received)/.test(name);
}

/** Runs the client with the Moddable target against a broker on this machine, over TCP. */
export async function measureOverTcp(path: string): Promise<BoardFigures> {
    const broker = await Broker.start();
    try {
        const figures = await measureOnBoard(path, 'scripts/bench/moddable-on-board.ts', { port: broker.port });
        const { connections, refused } = figures.done;
        if (connections !== 1 || refused !== 0) throw new Error(`not one undisturbed connection: ${JSON.stringify(figures.done)}`);
        return figures;
    } finally {
        await broker.stop();
    }
}

export async function xsSections(): Promise<Section[]> {
    const engine = await xsEngine();
    if (!engine.available) return [{ title: 'XS', columns: [], rows: [], notes: [`Not measured: no virtual board, because ${engine.because}.`] }];
    const figures = await measureOnBoard(engine.path);
    const overTcp = await measureOverTcp(engine.path);
    const empty = figures.rows.get('empty')!;
    const rows = Object.entries(rounds).map(([name, ceiling]): Row => ({
        name,
        figures: { ...costOf(figures, name) },
        ceilings: { heapBytes: 'heapBytes', bytecodes: ceiling, stack: limitsStack(name) ? 'stackSlots' : undefined },
    }));
    const width = engine.slotBytes === 16 ? 'slots of 16 bytes as on a microcontroller'
        : '64-bit build, because the compiler makes no 32-bit programs: slots are counted with 16 bytes, but chunk heads are larger';
    return [
        {
            title: `One operation on XS (${width}); topic of 10, payload of 16 bytes`,
            columns: [heapColumn, bytecodes, { key: 'withoutCopying', title: 'without copying' }, { key: 'stack', title: 'stack slots' }],
            rows,
            notes: [
                'A burst is 10 in one turn, its figures are for each one. The broker and the transport of the bench answer in the same turn.',
                'A floor is what the same calls with the same arguments execute when they do nothing but lay out the packet (scripts/bench/floor.ts).',
                `An empty round (${empty.bytecodes / empty.rounds} bytecodes) is taken off, and from the stack all that lies below the round: what is left is the client's.`,
                `Bytecodes as the engine's meter counts them: natives that copy are charged ${copyCharge(figures)} for each byte; "without copying" leaves that out.`,
            ],
        },
        {
            title: 'The same with the Moddable target, over TCP to a broker',
            columns: [heapColumn, bytecodes, { key: 'wholeStack', title: 'stack slots from the top' }],
            rows: [...overTcp.rows.keys()].filter(name => name !== 'empty').map((name): Row => ({
                name, figures: { ...costOf(overTcp, name) }, ceilings: { heapBytes: 'heapBytes' },
            })),
            notes: ['Timers, the socket\'s callbacks and the target\'s copying included. The stack is what a board needs, the machine\'s own slots included: an ESP8266 has 256.'],
        },
        {
            title: 'What stays on the heap of XS',
            columns: [heapColumn, { key: 'slots', title: 'slots' }, { key: 'chunkBytes', title: 'chunk bytes' }],
            rows: [
                { name: 'connected client, the first four together', figures: { heapBytes: liveBytes(figures) }, ceilings: { heapBytes: 'liveBytes' } },
                ...figures.live.map((live): Row => ({ name: `  ${live.name}`, figures: { heapBytes: bytesOf(live), slots: live.slots, chunkBytes: live.chunkBytes } })),
            ],
            notes: ['Besides these the caller\'s buffers, whose sizes he chooses. Classes and functions are in flash on a board.'],
        },
    ];
}
