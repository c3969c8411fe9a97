// What the client costs on the wire, through the Node target: one wake of a sensor node, counted by a scripted broker at its
// socket, and the pings of an hour, on a virtual clock.
import { ScriptedBroker } from '../../hardware-tests/host/scripted-broker.ts';
import { until } from '../../hardware-tests/host/until.ts';
import { CONNECTED, Client, Topic, type Transport, type TransportOwner } from '../../src/index.ts';
import { connected } from '../../src/session/tests/world.ts';
import { NodePlatform, TcpTransport } from '../../targets/node/index.ts';
import type { Section } from './report.ts';

const CLIENT_ID = 'sensor-00012'; // 12 bytes
const TOPIC = 'site/7/node/12/telemetry'; // 24 bytes
const PAYLOAD_SIZE = 64;

/** Counts what the session asks of a transport. */
class CountingTransport implements Transport {
    writes = 0;
    flushes = 0;

    constructor(private readonly inner: Transport) {}

    open(owner: TransportOwner): void {
        this.inner.open(owner);
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        this.writes++;
        return this.inner.write(bytes, start, end);
    }

    flush(): void {
        this.flushes++;
        this.inner.flush();
    }

    close(): void {
        this.inner.close();
    }
}

export interface Wake {
    /** MQTT bytes, at the broker's socket. */
    readonly bytesUp: number;
    readonly bytesDown: number;
    /** Times that the client waited for the broker: for TCP's handshake, and whenever it had sent all that it could. */
    readonly roundTrips: number;
    /** Writes to the operating system's socket, and what the session asked of the transport. */
    readonly socketWrites: number;
    readonly transportWrites: number;
    readonly flushes: number;
    /** Packets in the order in which they came. */
    readonly packets: readonly string[];
}

/** Connects, publishes a QoS 1 message, disconnects as soon as it is acknowledged. */
export async function measureWake(waitForConnack = false): Promise<Wake> {
    let bytesDown = 0;
    let answered = 0;
    let turns = 0;
    const broker = await ScriptedBroker.start();
    const socket = new TcpTransport({ host: '127.0.0.1', port: broker.port });
    const transport = new CountingTransport(socket);
    const platform = new NodePlatform();
    const client = new Client({
        transport, platform, clientId: CLIENT_ID, cleanSession: true, keepAlive: 600, waitForConnack,
        sendBuffer: new Uint8Array(512), receiveBuffer: new Uint8Array(256),
        onAcknowledged: () => client.stop(),
    });
    try {
        client.start();
        client.publish(new Topic(platform, TOPIC), new Uint8Array(PAYLOAD_SIZE), 0, PAYLOAD_SIZE, 1, false);
        const connection = await broker.next();
        // The client's FIN is the last that comes.
        await until('the client has published and ended', () => {
            const answers: Uint8Array[] = [];
            for (; answered < connection.packets.length; answered++) {
                const packet = connection.packets[answered];
                if (packet.cmd === 'connect') answers.push(new Uint8Array([0x20, 2, 0, 0]));
                if (packet.cmd === 'publish') answers.push(new Uint8Array([0x40, 2, packet.messageId! >> 8, packet.messageId! & 255]));
            }
            if (answers.length > 0) {
                turns++;
                bytesDown += answers.reduce((sum, answer) => sum + answer.length, 0);
                connection.send(...answers);
            }
            return connection.ended;
        });
        return {
            bytesUp: connection.bytes.length, bytesDown, roundTrips: 1 + turns,
            socketWrites: socket.socketWrites, transportWrites: transport.writes, flushes: transport.flushes,
            packets: connection.packets.map(packet => packet.cmd),
        };
    } finally {
        await broker.stop();
    }
}

/** PINGREQs of a connected client in an hour at a keep-alive of 600 s that publishes every `seconds`; 0: never. */
export function pingsInAnHour(seconds: number): number {
    const { client, platform, transport, publish } = connected({ keepAlive: 600 });
    let pings = 0;
    for (let second = 1; second <= 3600; second++) {
        platform.pass(1000);
        if (transport.take() === 'c000') {
            pings++;
            transport.sends(0xd0, 0);
        }
        if (seconds > 0 && second % seconds === 0) {
            publish('21.35', 0);
            platform.turn();
            transport.take();
        }
    }
    if (client.state !== CONNECTED || client.connections !== 1) throw new Error('the connection did not last for the hour');
    return pings;
}

export async function wireSections(): Promise<Section[]> {
    const wake = await measureWake();
    const waiting = await measureWake(true);
    return [
        {
            title: `One wake over TCP: connect, publish QoS 1, disconnect (client identifier ${CLIENT_ID.length}, topic ${TOPIC.length}, payload ${PAYLOAD_SIZE} bytes)`,
            columns: [
                { key: 'bytesUp', title: 'bytes up' }, { key: 'bytesDown', title: 'bytes down' }, { key: 'roundTrips', title: 'round trips' },
                { key: 'socketWrites', title: 'socket writes' }, { key: 'transportWrites', title: 'writes to the transport' }, { key: 'flushes', title: 'flushes' },
            ],
            rows: [
                {
                    name: wake.packets.join(', '),
                    figures: { ...wake, packets: undefined },
                    ceilings: { bytesUp: 'wakeBytesUp', bytesDown: 'wakeBytesDown', roundTrips: 'wakeRoundTrips', socketWrites: 'wakeWrites' },
                },
                { name: 'the same with waitForConnack', figures: { ...waiting, packets: undefined } },
            ],
            notes: ['A round trip is TCP\'s handshake, or once that the client has sent all it can and waits. DISCONNECT needs none.'],
        },
        {
            title: 'Pings in an hour at a keep-alive of 600 s',
            columns: [{ key: 'pings', title: 'pings' }],
            rows: [
                { name: 'idle', figures: { pings: pingsInAnHour(0) }, ceilings: { pings: 'pingsIdle' } },
                { name: 'publishing every 60 s', figures: { pings: pingsInAnHour(60) }, ceilings: { pings: 'pingsPublishing' } },
            ],
        },
    ];
}
