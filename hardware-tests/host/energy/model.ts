// The charge of a wake, and how long a battery lasts. Arithmetic on what was measured (cycle.ts) and what is taken from others or assumed
// (figures.ts); units are s, mC and mA, whose product s * mA is mC.
import { UsageError } from '../harness/errors.ts';
import type { Cycle } from './cycle.ts';
import type { FigureName, Figures } from './figures.ts';
import { duration } from './units.ts';

export type Tls = 'none' | 'full' | 'resumed';

export interface Plan {
    /** From one wake to the next, in s. */
    readonly interval: number;
    /** Of the battery, in mAh. */
    readonly capacity: number;
    readonly tls: Tls;
    /** The node knows its address and the broker's from earlier wakes. */
    readonly remembered: boolean;
    /** Wakes from one use of the radio to the next, which sends all that has gathered; the others take a reading and sleep again. */
    readonly batch: number;
}

export interface Phase {
    readonly name: 'boot' | 'association' | 'DHCP/DNS' | 'TLS' | 'MQTT' | 'tail' | 'sleep';
    /** In s. */
    readonly time: number;
    /** In mC. */
    readonly charge: number;
    /** Of the charge of a whole round; all phases make 1. */
    readonly share: number;
    /** How often in a round: time and charge are those of all. */
    readonly count: number;
    /** What its figures rest on, for people. */
    readonly basis: string;
}

export interface Estimate {
    readonly phases: readonly Phase[];
    /** Of a round, sleep included, in mC. A round is an interval, or as many as there are wakes in a batch; it takes `time` s. */
    readonly charge: number;
    readonly time: number;
    /** A wake with the radio, until the node sleeps again, in s; the network's tail included. */
    readonly awake: number;
    /** The radio is on for so long, in s: all of it but the boot. */
    readonly radio: number;
    /** Average current, in mA. */
    readonly current: number;
    /** Of the battery, in s. */
    readonly life: number;
    /** The same without self-discharge. */
    readonly lifeWithoutSelfDischarge: number;
    /** The figures that it rests on. */
    readonly used: ReadonlySet<FigureName>;
}

const MONTH = 30.44 * 86400;
const MILLICOULOMBS_A_MILLIAMPERE_HOUR = 3600;
/** Round trips of a handshake with TLS 1.2 (RFC 5246 §7.3). */
const handshakeRoundTrips: Readonly<Record<Tls, number>> = { none: 0, full: 2, resumed: 1 };

/** Until a battery of `charge` mC is empty, in s, at `current` mA; `rate` is the share of what is left that it loses by itself in a second. */
export function batteryLife(charge: number, current: number, rate: number): number {
    // dQ/dt = -current - rate Q, from Q = charge to 0.
    return rate === 0 ? charge / current : Math.log1p(rate * charge / current) / rate;
}

/** Throws a UsageError if the interval is too short for a wake. */
export function estimate(cycle: Cycle, figures: Figures, plan: Plan): Estimate {
    const used = new Set<FigureName>();
    const of = (name: FigureName): number => {
        used.add(name);
        return figures[name].value;
    };
    const rtt = of('rtt');
    const active = of('active.current');
    /** Whose word the figures `names` are. */
    const word = (...names: FigureName[]): string => (names.some(name => figures[name].given) ? 'given' : names.some(name => figures[name].source === null) ? 'assumed' : 'published');
    const air = (bytes: number): number => bytes * 8 / 1000 / of('rate');
    const phases: Omit<Phase, 'share' | 'count'>[] = [{ name: 'boot', time: of('boot.time') * plan.batch, charge: of('boot.charge') * plan.batch, basis: word('boot.time', 'boot.charge') }];
    phases.push({ name: 'association', time: of('association.time'), charge: of('association.charge'), basis: word('association.time', 'association.charge') });
    // DNS is one round trip.
    const [asking, askingCharge] = plan.remembered ? [0, 0] : [of('address.time') + rtt, of('address.charge') + rtt * active];
    phases.push({ name: 'DHCP/DNS', time: asking, charge: askingCharge, basis: plan.remembered ? 'remembered' : `${word('address.time', 'address.charge')}; DNS: one round trip` });
    const { tls } = plan;
    const secured = tls === 'none' ? 0 : handshakeRoundTrips[tls] * rtt + of(`tls.${tls}.time`) + air(of(`tls.${tls}.bytes`) + cycle.writes * of('tls.record.bytes'));
    phases.push({ name: 'TLS', time: secured, charge: secured * active, basis: tls === 'none' ? 'none' : `computing ${word(`tls.${tls}.time`)}; ${handshakeRoundTrips[tls]} round trip${tls === 'full' ? 's' : ''} (each ${word('rtt')})` });
    const waiting = cycle.roundTrips * rtt + air(cycle.linkBytes);
    phases.push({ name: 'MQTT', time: waiting + of('work.time'), charge: waiting * active + of('work.charge'), basis: `measured: ${cycle.roundTrips} round trips (each ${word('rtt')}), ${cycle.linkBytes} B; current ${word('active.current')}` });
    phases.push({ name: 'tail', time: of('tail.time'), charge: of('tail.charge'), basis: word('tail.time', 'tail.charge') });
    const boots = of('boot.time') * (plan.batch - 1);
    const awake = phases.reduce((sum, { time }) => sum + time, 0) - boots;
    if (!(plan.interval > awake)) throw new UsageError(`--interval: a wake takes ${duration(awake)}, so that ${duration(plan.interval)} leave no time to sleep`);
    const time = plan.interval * plan.batch;
    const asleep = time - boots - awake;
    phases.push({ name: 'sleep', time: asleep, charge: asleep * of('sleep.current'), basis: word('sleep.current') });
    const charge = phases.reduce((sum, phase) => sum + phase.charge, 0);
    if (!(charge > 0 && awake > 0)) throw new UsageError('--set: a wake takes time and charge');
    const current = charge / time;
    const battery = plan.capacity * MILLICOULOMBS_A_MILLIAMPERE_HOUR * of('battery.usable') / 100;
    return {
        phases: phases.map(phase => ({ ...phase, share: phase.charge / charge, count: phase.name === 'boot' ? plan.batch : 1 })), charge, time, awake, radio: awake - of('boot.time'), current,
        life: batteryLife(battery, current, -Math.log1p(-of('battery.selfDischarge') / 100) / MONTH),
        lifeWithoutSelfDischarge: batteryLife(battery, current, 0), used,
    };
}
