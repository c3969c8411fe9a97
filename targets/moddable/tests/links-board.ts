// Runs on the virtual board for links.test.ts: a client over what the configuration asks for (TLS, a name, WiFi), which traces
// each state with its reason. `VERB [ARGUMENT]` from the host.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import TLSSocket from 'embedded:io/socket/tcp/tls';
import UDP from 'embedded:io/socket/udp';
import Resolver from 'embedded:network/dns/resolver/udp';
import WiFi from 'embedded:network/interface/wifi';
import Timer from 'timer';
import { air, type Outcome } from '../../../hardware-tests/boards/xs/modules/wifi.ts';
import { Client, Subscription, Topic } from '../../../src/index.ts';
import { MemoryStore } from '../../../src/outbox/index.ts';
import { ModdablePlatform, NetworkMemory, TcpTransport, TlsTransport, WiFiNetwork } from '../index.ts';
import type { Secure } from '../index.ts';

const say = (text: string): void => trace(text + '\n');
const { port, host, address, tls, wifi, secure, dnsTimeout, retryDelay, remembers } = config as {
    port: number; host?: string; address?: string; tls?: boolean; wifi?: Outcome[]; secure?: Secure; dnsTimeout?: number; retryDelay?: number;
    /** The record of an earlier run, without its name; '' for none. */
    remembers?: string;
};
const platform = new ModdablePlatform();

function remember(record: string): NetworkMemory {
    const store = new MemoryStore(new Uint8Array(200));
    const bytes = platform.utf8('field\n' + record);
    if (record) store.append(bytes, 0, bytes.length);
    // By chance it would look for addresses anew.
    return new NetworkMemory({ platform: { utf8: text => platform.utf8(text), random: () => 1 }, store, name: 'field' });
}

const memory = remembers === undefined ? undefined : remember(remembers);

if (wifi) air.outcomes = wifi;
const common = {
    host, address, port, sendBufferSize: 512,
    dns: host === undefined ? undefined : { io: Resolver, servers: ['192.0.2.53'], socket: { io: UDP }, timeout: dnsTimeout, memory },
    network: wifi && new WiFiNetwork({
        io: WiFi, SSID: 'field', password: 'secret', timeout: 200, retryDelay: 5, memory, lease: config.lease as { mask: string; gateway: string } | undefined,
    }),
};
const transport = tls ? new TlsTransport({ ...common, io: TLSSocket, TCP: { io: TCP }, secure }) : new TcpTransport({ ...common, io: TCP });
const topic = new Topic(platform, 'sensors/ab');
const payload = new Uint8Array(16);
const client = new Client({
    platform, transport, sendBuffer: transport.sendBuffer, receiveBuffer: new Uint8Array(512), clientId: 'board', cleanSession: true,
    connectTimeout: config.connectTimeout as number | undefined,
    retryDelay: retryDelay ?? 60000, retryDelayMaximum: retryDelay ?? 60000,
    onStateChange: (state, reason) => {
        say(`state ${state} ${reason}`);
        if (reason && config.tellMemory) {
            Meter.collect();
            say(`memory ${Meter.slots()} slots, ${Meter.chunkBytes()} bytes`);
        }
        const first = config.publishAtOnce && state === 4 ? client.publish(topic, payload, 0, 16, 1, false) : 0;
        if (first) say(`published ${first}`);
        if (config.stopAt === state) client.stop();
        if (config.restarts && state === 0) Timer.set(() => client.start(), 0);
    },
    onAcknowledged: handle => say(`acknowledged ${handle}`),
    onMessage: message => say(`message ${message.total}`),
    onSubscribed: () => say('subscribed'),
});

Board.onLine = line => {
    const [verb, argument] = line.split(' ');
    switch (verb) {
        case 'publish': client.publish(topic, payload, 0, 16, Number(argument), false); break;
        case 'subscribe': client.subscribe(new Subscription(platform, argument, 1)); break;
        case 'air': air.station!.becomes(Number(argument)); break;
        case 'counters': say(`counters received ${client.received} skipped ${client.skipped} connections ${client.connections} attempts ${air.attempts} resolvers ${(Resolver as unknown as { closed: number }).closed}`); break;
        case 'stop': client.stop(); break;
        case 'settle': memory!.settle(argument === 'true'); break;
        case 'told': say(`told ${air.told.join(', ')}`); break;
        case 'memory': say(`memory ${memory!.channel} ${memory!.address} ${memory!.broker}`); break;
        case 'stack': Meter.resetStack(); break;
        case 'deepest': say(`deepest ${Meter.deepestStack()}`); break;
        default: Board.exit(0);
    }
};
client.start();
