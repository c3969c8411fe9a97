// Measures wakes over a link: each client in turn, against Mosquitto as it comes (with Nagle's algorithm) and with `set_tcp_nodelay`.
import tls from 'node:tls';
import { dialectNamed } from '../../hardware-tests/boards/modem/dialects/index.ts';
import { Mosquitto } from '../../hardware-tests/host/mosquitto.ts';
import { until } from '../../hardware-tests/host/until.ts';
import { certificate } from '../../targets/node/tests/witness.ts';
import { motemqModem, motemqTcp, motemqTls, mqttJs, u8Mqtt, type Moments, type Sleeper, type Target } from './cycle-clients.ts';
import { now, type Link } from './cycle-link.ts';
import { isOver, roundTripsAt, totals } from './cycle-trace.ts';
import { median } from './interleave.ts';

export interface Wakes {
    readonly name: string;
    readonly noDelay: boolean;
    /** Medians over the wakes; round trips are the least: a wake that needed no more shows that no more is needed, and what a busy machine adds is not the protocol's. */
    readonly figures: Readonly<Record<string, number>>;
}

interface Entry {
    readonly name: string;
    readonly version?: 'TLSv1.2' | 'TLSv1.3';
    make(target: Target): Sleeper;
}

const plain: readonly Entry[] = [
    { name: 'motemq, TCP', make: motemqTcp },
    { name: 'mqtt, TCP', make: mqttJs },
    { name: 'u8-mqtt, TCP', make: u8Mqtt },
];
const secure: readonly Entry[] = (['TLSv1.2', 'TLSv1.3'] as const).flatMap(version => [
    { name: `motemq, ${version}`, version, make: (target: Target) => motemqTls(target, false) },
    { name: `motemq, ${version} resumed`, version, make: (target: Target) => motemqTls(target, true) },
    { name: `mqtt, ${version}`, version, make: mqttJs },
    { name: `u8-mqtt, ${version}`, version, make: u8Mqtt },
]);
const modems: readonly Entry[] = ['bg96', 'sim7600', 'ublox'].map(name => ({ name: `motemq, modem ${name}`, make: target => motemqModem(target, dialectNamed(name)!) }));

/** One wake, to the end of its connection. */
async function measure(link: Link, port: number, sleeper: Sleeper): Promise<Record<string, number>> {
    const begun = now();
    const { started, acknowledged, safe }: Moments = await sleeper.wake();
    await until('the connection is over', () => isOver(link.since(port, begun)), 20);
    // What answers the last that has arrived arrives within a round trip.
    let quiet: number;
    do {
        quiet = link.since(port, begun).length;
        await new Promise(resolve => setTimeout(resolve, link.roundTrip * 1.2 + 5));
    } while (link.since(port, begun).length > quiet);
    const segments = link.since(port, begun);
    return {
        acknowledged: (acknowledged - started) / 1000, safe: (safe - started) / 1000,
        roundTrips: roundTripsAt(segments, acknowledged), roundTripsToSafe: roundTripsAt(segments, safe),
        ...link.seesSegments ? totals(segments) : bytesOnly(totals(segments)),
        ...sleeper.extra?.(),
    };
}

function bytesOnly({ bytesUp, bytesDown }: ReturnType<typeof totals>): Record<string, number> {
    return { bytesUp, bytesDown };
}

/** The first wake warms the process up, makes the TLS session, brings up the modem: it does not count. */
export async function measureWakes(link: Link, port: number, entry: Pick<Entry, 'make'>, target: Target, cycles: number): Promise<Record<string, number>> {
    const sleeper = entry.make(target);
    try {
        await measure(link, port, sleeper);
        const each: Record<string, number>[] = [];
        for (let cycle = 0; cycle < cycles; cycle++) each.push(await measure(link, port, sleeper));
        return Object.fromEntries(Object.keys(each[0]).map(key => {
            const figures = each.map(one => one[key]);
            return [key, key.startsWith('roundTrips') ? Math.min(...figures) : median(figures)];
        }));
    } finally {
        sleeper.close?.();
    }
}

/** All clients, or those whose name has `word`. Rejects without Mosquitto. */
export async function measureAll(link: Link, cycles: number, word = ''): Promise<Wakes[]> {
    const wakes: Wakes[] = [];
    const tlsFiles = { cert: certificate('server.pem'), key: certificate('server.key') };
    const identity = { ca: certificate('authority.pem'), servername: 'broker.example' };
    const newest = tls.DEFAULT_MAX_VERSION;
    for (const noDelay of [false, true]) {
        for (const entries of [[...plain, ...modems], secure]) {
            const chosen = entries.filter(({ name }) => name.includes(word));
            if (chosen.length === 0) continue;
            const broker = await Mosquitto.start({ noDelay, address: link.brokerAddress, ...entries === secure && { tls: tlsFiles } });
            if ('unavailable' in broker) throw new Error(broker.unavailable);
            try {
                const target = { ...await link.to(broker.port), ...entries === secure && { tls: identity } };
                for (const entry of chosen) {
                    tls.DEFAULT_MAX_VERSION = entry.version ?? newest;
                    wakes.push({ name: entry.name, noDelay, figures: await measureWakes(link, broker.port, entry, target, cycles) });
                }
            } finally {
                tls.DEFAULT_MAX_VERSION = newest;
                await broker.stop();
            }
        }
    }
    return wakes;
}
