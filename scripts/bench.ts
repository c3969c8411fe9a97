// `npm run bench`: what the client costs, against the design's ceilings.
// It prints figures and passes no judgement: exact figures are held by tests, and speed by nobody, since machines differ.
import { codecSections } from './bench/codec.ts';
import { cycleSections } from './bench/cycle.ts';
import { modemSections } from './bench/modem.ts';
import { plainData, show, type Section } from './bench/report.ts';
import { wireSections } from './bench/wire.ts';
import { xsSections } from './bench/xs.ts';
import { commandLine, numberAbove0, oneOf, wholeNumber } from './command-line.ts';

const parts = ['codec', 'xs', 'wire', 'modem', 'cycle'] as const;
const { values, words } = commandLine({
    name: 'npm run bench',
    purpose: "What the client costs, against the design's ceilings. It prints figures and passes no judgement.",
    words: { placeholder: 'PART', kind: oneOf(parts), help: `what is measured: ${parts.join(', ')}; all of it if left out` },
    options: {
        json: { help: 'the figures for machines' },
        rtt: { placeholder: 'MS', kind: numberAbove0(10000), otherwise: 100, help: "cycle: the link's round-trip time" },
        wakes: { placeholder: 'N', kind: wholeNumber(1), otherwise: 3, help: 'cycle: wakes of each client that are counted' },
    },
    codes: { 0: 'all was measured', 1: 'something could not be' },
});
const sectionsOf: Readonly<Record<typeof parts[number], () => Promise<readonly Section[]>>> = {
    codec: codecSections, xs: xsSections, wire: wireSections, modem: modemSections, cycle: () => cycleSections({ roundTrip: values.rtt, wakes: values.wakes }),
};

const results: Record<string, object[]> = {};
// One after the other: a part that ran beside another would measure that one too.
for (const name of parts) {
    if (words.length > 0 && !words.includes(name)) continue;
    const sections = await sectionsOf[name]();
    results[name] = sections.map(plainData);
    if (!values.json) console.log(sections.map(section => show(section) + '\n').join('\n'));
}
if (values.json) console.log(JSON.stringify(results, null, 4));
