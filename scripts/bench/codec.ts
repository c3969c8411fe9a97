// The codec on V8 against two others: speed in one interleaved run, heap bytes of each packet by the exact meter.
import { measureHeap } from '../../hardware-tests/host/heap-meter.ts';
import { cases, codecs, scenarioName, type Case, type CodecName } from './codec-cases.ts';
import { interleave, median } from './interleave.ts';
import type { Section } from './report.ts';

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
    const sections = cases.map((one): Section => {
        const rounds = interleave(codecs.map(codec => one.setUp[codec]().operation), interleaving);
        const reference = codecs.indexOf(REFERENCE);
        return {
            title: one.name,
            columns: [
                { key: 'packetsPerSecond', title: 'packets/s', format: figure => Math.round(figure).toLocaleString('en') },
                { key: 'ratio', title: `x ${REFERENCE}`, format: figure => figure.toFixed(2) },
                { key: 'heapBytes', title: 'heap bytes/packet' },
            ],
            rows: codecs.map((codec, index) => ({
                name: codec,
                figures: {
                    packetsPerSecond: 1e9 * one.packets / median(rounds.map(times => times[index])),
                    ratio: median(rounds.map(times => times[reference] / times[index])),
                    heapBytes: heap[scenarioName(one, codec)] / one.packets,
                },
                ceilings: codec === 'motemq' ? { ratio: one.ceiling, heapBytes: 'codecHeapBytes' } : {},
            })),
        };
    });
    return sections.map((section, index) => index > 0 ? section : {
        ...section,
        title: `Codec on V8 (Node ${process.versions.node}): QoS 1, topic of 24 bytes, payload of 64. Medians of ${interleaving.rounds} interleaved rounds; ratios are taken within a round.\n\n${section.title}`,
    });
}
