// An estimate for people: what was measured, the phases of a wake, how long the battery lasts, and on whose word.
import { table } from '../../../scripts/table.ts';
import type { Cycle } from './cycle.ts';
import { linkTitles } from './figures.ts';
import type { Figure, Figures, LinkName } from './figures.ts';
import type { Estimate, Plan } from './model.ts';
import { charge, duration, three } from './units.ts';

/** Characters that the whole charge would take. */
const WIDEST_BAR = 40;

export function describeFigures(figures: Figures): string {
    const rows = Object.entries(figures).map(([name, { value, unit, meaning, source, given }]) => [name, `${three(value)} ${unit}`, meaning, given ? 'given' : source ?? 'assumed']);
    return table([['figure', 'value', 'meaning', 'whose word'], ...rows], [1, 2, 3]);
}

const count = (value: number, what: string): string => `${three(value)} ${what}${value === 1 ? '' : 's'}`;

export function describeEstimate(link: LinkName, cycle: Cycle, figures: Figures, plan: Plan, result: Estimate, measured: string): string {
    const names = (test: (figure: Figure) => boolean): string =>
        [...result.used].filter(name => test(figures[name])).map(name => `${name} ${three(figures[name].value)} ${figures[name].unit}`).join(', ') || 'nothing';
    const { value: selfDischarge, given } = figures['battery.selfDischarge'];
    const asking = figures['address.time'].value > 0 ? 'DHCP and DNS' : 'DNS';
    return `${linkTitles[link]}, a wake every ${duration(plan.interval)}, TLS ${plan.tls}, ${plan.remembered ? 'addresses remembered' : `${asking} at each connection`}${plan.batch > 1 ? `, the radio at one wake of ${plan.batch}` : ''}

${table([['phase', 'time', 'charge', 'share', '', 'rests on'],
        ...result.phases.map(({ name, time, charge: taken, share, basis }) => [name, duration(time), charge(taken), `${(share * 100).toFixed(1)} %`, '█'.repeat(Math.round(share * WIDEST_BAR)), basis]),
        ['all', duration(result.time), charge(result.charge), '100.0 %', '', '']], [4, 5])}

${duration(result.awake)} until the node sleeps and the radio rests, which is on for ${duration(result.radio)} of it; ${three(result.current * 1000)} µA on average
a battery of ${three(plan.capacity)} mAh lasts ${duration(result.life)}${selfDischarge > 0 ? ` (${duration(result.lifeWithoutSelfDischarge)} if it lost nothing by itself; ${given ? 'given' : 'assumed'}: ${three(selfDischarge)} % a month)` : ''}

measured   ${measured}: ${count(cycle.acknowledged, 'message')} acknowledged, ${three(cycle.bytesUp)} B up and ${three(cycle.bytesDown)} B down (MQTT), ${count(cycle.writes, 'write')}, ${count(cycle.roundTrips, 'round trip')};
           with TCP and IP as in the capture of the trace ${cycle.linkBytes.toLocaleString('en')} B in ${count(cycle.segments, 'segment')}
published  by others, for their boards and networks (motemq energy --figures says who): ${names(figure => !figure.given && figure.source !== null)}
assumed    ${names(figure => !figure.given && figure.source === null)}
given      ${names(figure => figure.given === true)}
left out   failures and what is tried again, the sensor, the regulator's own current, cold, ageing`;
}
