// `npm run bench [-- codec|xs|wire|modem|cycle ...] [--json]`: what the client costs, against the design's ceilings; without words all parts.
// It prints figures and passes no judgement: exact figures are held by tests, and speed by nobody, since machines differ.
import { parseArgs } from 'node:util';
import { codecSections } from './bench/codec.ts';
import { cycleSections } from './bench/cycle.ts';
import { modemSections } from './bench/modem.ts';
import { plainData, show, type Section } from './bench/report.ts';
import { wireSections } from './bench/wire.ts';
import { xsSections } from './bench/xs.ts';

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, rtt: { type: 'string', default: '100' }, wakes: { type: 'string', default: '3' } },
});
const cycle = { roundTrip: Number(values.rtt), wakes: Number(values.wakes) };
if (!(cycle.roundTrip > 0 && cycle.roundTrip <= 10000 && Number.isInteger(cycle.wakes) && cycle.wakes > 0)) {
    console.error('--rtt is a round-trip time in ms, up to 10000; --wakes how many wakes of each client are counted, 1 and more');
    process.exit(2);
}
const parts: Readonly<Record<string, () => Promise<readonly Section[]>>> = {
    codec: codecSections, xs: xsSections, wire: wireSections, modem: modemSections, cycle: () => cycleSections(cycle),
};
const unknown = positionals.filter(name => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
    console.error(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
    process.exit(2);
}

const results: Record<string, object[]> = {};
// One after the other: a part that ran beside another would measure that one too.
for (const [name, run] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    const sections = await run();
    results[name] = sections.map(plainData);
    if (!values.json) console.log(sections.map(section => show(section) + '\n').join('\n'));
}
if (values.json) console.log(JSON.stringify(results, null, 4));
