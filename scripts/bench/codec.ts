// The codec on V8 against two others: speed in one interleaved run, heap bytes of each packet by the exact meter.
import { measureHeap } from '../../hardware-tests/host/heap-meter.ts';
import { cases, codecs, scenarioName, type Case, type CodecName } from './codec-cases.ts';
import { interleave, median } from './interleave.ts';
import type { Row, Section } from './report.ts';

/** As many as need no collection even with what mqtt-packet allocates for pieces. */
const HEAP_OPERATIONS = 800;
const interleaving = { rounds: 61, milliseconds: 4 };

const REFERENCE: CodecName = 'mqtt-packet';

/** What is compared must be the same: as many packets, and the same sum over what is in them. Throws where it is not. */
export function assertSameWork(one: Case): void {
    const tallies = codecs.map(codec => {
        const { operation, tally } = one.setUp[codec]();
        for (let done = 0; done < 1000; done++) operation();
        return `${tally.packets} packets, sum ${tally.sum}`;
    });
    if (new Set(tallies).size > 1) throw new Error(`${one.name} is not the same work: ${codecs.map((codec, index) => `${codec}: ${tallies[index]}`).join('; ')}`);
}

export async function codecSections(): Promise<Section[]> {
    cases.forEach(assertSameWork);
    const heap = await measureHeap('scripts/bench/codec-cases.ts', { operations: HEAP_OPERATIONS });
    const reference = codecs.indexOf(REFERENCE);
    const rows = cases.flatMap((one): Row[] => {
        const rounds = interleave(codecs.map(codec => one.setUp[codec]().operation), interleaving);
        return codecs.map((codec, index): Row => ({
            name: scenarioName(one, codec),
            figures: {
                packetsPerSecond: 1e9 * one.packets / median(rounds.map(times => times[index])),
                ratio: median(rounds.map(times => times[reference] / times[index])),
                heapBytes: heap[scenarioName(one, codec)] / one.packets,
            },
            ceilings: codec === 'motemq' ? { ratio: one.ceiling, heapBytes: 'codecHeapBytes' } : {},
        }));
    });
    return [{
        title: `Codec on V8 (Node ${process.versions.node}); QoS 1, topic of 24 bytes, payload of 64`,
        columns: [
            { key: 'packetsPerSecond', title: 'packets/s', format: figure => Math.round(figure).toLocaleString('en') },
            { key: 'ratio', title: `x ${REFERENCE}`, format: figure => figure.toFixed(2) },
            { key: 'heapBytes', title: 'heap bytes/packet' },
        ],
        rows,
        notes: [
            `Medians of ${interleaving.rounds} short rounds in which the codecs take turns; a ratio is taken within a round.`,
            'Each looks at topic and payload: of motemq they are ranges of bytes, the others make strings and objects of them. Buffers outside of V8\'s heap are not counted.',
        ],
    }];
}
