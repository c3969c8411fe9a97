// The clients whose wakes are measured: each connects, publishes one message with QoS 1, and says when it had the PUBACK and when the machine
// may sleep. All are used as their documentation has it, with the same client identifier, topic and payload.
import { connect as connectMqttJs } from 'mqtt';
import connectU8 from 'u8-mqtt';
import type { Dialect } from '../../hardware-tests/boards/modem/dialect.ts';
import { drivers } from '../../hardware-tests/boards/modem/drivers.ts';
import { serialPort } from '../../hardware-tests/boards/modem/ends.ts';
import { Publisher, Topic } from '../../src/publisher.ts';
import { MemoryStore, WakeCycle } from '../../src/sleep/index.ts';
import type { Transport } from '../../src/transport.ts';
import { ModemTransport } from '../../targets/modem/index.ts';
import { NodePlatform, TcpTransport, TlsTransport } from '../../targets/node/index.ts';
import { now } from './cycle-link.ts';

const clientId = 'sensor-00012'; // 12 bytes
const topic = 'site/7/node/12/telemetry'; // 24 bytes
const payload = new Uint8Array(64).fill(0x2e);
const keepalive = 600;

export interface Target {
    readonly host: string;
    readonly port: number;
    /** PEM of the authority behind the broker's certificate, and the name that this bears. */
    readonly tls?: { readonly ca: string; readonly servername: string };
}

/** In µs of `now`. */
export interface Moments {
    readonly started: number;
    readonly acknowledged: number;
    /** The client has said that it is done: nothing that the caller must wait for. */
    readonly safe: number;
}

/** A client of which one wake after the other is asked. */
export interface Sleeper {
    wake(): Promise<Moments>;
    /** Of the latest wake, beside what the link sees. */
    readonly extra?: () => Readonly<Record<string, number>>;
    close?(): void;
}

/** The wake cycle of src/sleep over `transport`, a node that was just made. It waits for nothing after its DISCONNECT (`goodbye`). */
function wakeOver(transport: Transport): Promise<Moments> {
    const platform = new NodePlatform();
    return new Promise((resolve, reject) => {
        let acknowledged = 0;
        const cycle = new WakeCycle(Publisher, {
            platform, transport, clientId, cleanSession: true, sendBuffer: new Uint8Array(512),
            onAcknowledged: () => {
                acknowledged = now();
            },
        }, {
            store: new MemoryStore(new Uint8Array(256)), topics: [new Topic(platform, topic)], interval: 900000, goodbye: 0,
            onSleep: (_ms, delivered) => {
                if (delivered) resolve({ started, acknowledged, safe: now() });
                else reject(new Error(`the wake gave up: reason ${cycle.reason}`));
            },
        });
        cycle.add(0, payload, 0, payload.length, false);
        const started = now();
        cycle.wake(false);
    });
}

export function motemqTcp(target: Target): Sleeper {
    let transport: TcpTransport;
    return {
        wake() {
            transport = new TcpTransport(target);
            return wakeOver(transport);
        },
        extra: () => ({ writes: transport.socketWrites }),
    };
}

/** `resumed`: the transport keeps what it knows of the TLS session from one wake to the next; otherwise each wake has a new one. */
export function motemqTls(target: Target, resumed: boolean): Sleeper {
    const make = (): TlsTransport => new TlsTransport({ host: target.host, port: target.port, ...target.tls });
    let transport = make();
    let before = 0;
    return {
        wake() {
            if (!resumed) transport = make();
            before = transport.socketWrites;
            return wakeOver(transport);
        },
        extra: () => ({ writes: transport.socketWrites - before, resumed: Number(transport.sessionReused) }),
    };
}

export function mqttJs({ host, port, tls }: Target): Sleeper {
    return {
        wake: () => new Promise((resolve, reject) => {
            const started = now();
            const client = connectMqttJs({ protocol: tls ? 'mqtts' : 'mqtt', host, port, clientId, clean: true, keepalive, reconnectPeriod: 0, ...tls });
            client.on('error', reject);
            client.publish(topic, Buffer.from(payload), { qos: 1 }, (error) => {
                const acknowledged = now();
                if (error) reject(error);
                else client.end(false, () => resolve({ started, acknowledged, safe: now() }));
            });
        }),
    };
}

export function u8Mqtt({ host, port, tls }: Target): Sleeper {
    return {
        async wake() {
            const started = now();
            const client = connectU8({ log_conn() {} });
            if (tls) client.with_tls(port, host, tls);
            else client.with_tcp(port, host);
            await client.connect({ client_id: clientId, keep_alive: keepalive, clean: true });
            await client.send(topic, payload);
            const acknowledged = now();
            await client.disconnect();
            return { started, acknowledged, safe: now() };
        },
    };
}

/** Ms that every command takes the emulated modem, and its boot. */
export const MODEM_PACE = { least: 10, most: 10, boot: 500 };

/** The wake cycle over an emulated modem, which is brought up in the first wake. Its socket is a real one. */
export function motemqModem(target: Target, dialect: Dialect): Sleeper {
    const { port: serial, emulator } = serialPort({ dialect, pace: MODEM_PACE, cell: { delay: 0 }, chunkSize: 64 }, 1024);
    const transport = new ModemTransport({ serial, dialect: drivers[dialect.name], platform: new NodePlatform(), host: target.host, port: target.port, apn: 'internet' });
    const figures = (): Record<string, number> => ({ commands: transport.exchanges, bytesOut: transport.bytesOut, bytesIn: transport.bytesIn });
    let before = figures();
    let after = before;
    return {
        async wake() {
            before = figures();
            const moments = await wakeOver(transport);
            after = figures();
            return moments;
        },
        extra: () => Object.fromEntries(Object.keys(after).map(key => [key, after[key] - before[key]])),
        close() {
            transport.close();
            emulator.modem.stop('');
            serial.close();
        },
    };
}
