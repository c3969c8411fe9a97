// Runs on the virtual board for allocation.test.ts: what one round of each kind allocates from the application down to the
// socket, over real TCP. Rounds follow each other through the event loop, as on a board.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import Time from 'time';
import Timer from 'timer';
import { Client, Subscription, Topic } from '../../../src/index.ts';
import { CONNECTED } from '../../../src/session/states.ts';
import { ModdablePlatform, TcpTransport } from '../index.ts';

const ROUNDS = 200;
/** Rounds before counting begins: the first ones make objects lazily. */
const WARM_UP = 10;

/** A clock that can be put forward, so that a ping is due at once. */
class Platform extends ModdablePlatform {
    ahead = 0;

    override now(): number {
        return (Time.ticks + this.ahead) | 0;
    }
}

const platform = new Platform();
const transport = new TcpTransport({ io: TCP, address: '127.0.0.1', port: config.port as number, sendBufferSize: 512 });
const topic = new Topic(platform, 'sensors/ab');
const payload = new Uint8Array(16);
/** Printed at the end: that takes more stack than what is measured. */
const rows: object[] = [];
let round = 0;
let slots = 0;
let chunks = 0;
let collections = 0;
let bytecodes = 0;

/** Counts rounds of one kind; true as long as there are more to do. */
function more(name: string): boolean {
    round++;
    if (round === WARM_UP) {
        Meter.collect();
        Meter.resetStack();
        collections = Meter.collections();
        slots = Meter.slots();
        chunks = Meter.chunkBytes();
        bytecodes = Meter.bytecodes();
    } else if (round === WARM_UP + ROUNDS) {
        const executed = Meter.bytecodes() - bytecodes;
        slots = Meter.slots() - slots;
        chunks = Meter.chunkBytes() - chunks;
        rows.push({ name, slots, chunks, bytecodes: executed / ROUNDS, stack: Meter.deepestStack(), collections: Meter.collections() - collections });
        round = 0;
        return false;
    }
    return true;
}

const sendBuffer = config.foreignBuffer ? new Uint8Array(512) : transport.sendBuffer;
const client: Client = new Client({
    platform, transport, sendBuffer, receiveBuffer: new Uint8Array(128), clientId: 'board', keepAlive: 60,
    onStateChange(state) {
        if (state === CONNECTED && client.connections === 1) Timer.schedule(publishing, 1, 1);
    },
    onAcknowledged() {
        if (more('publish QoS 1')) client.publish(topic, payload, 0, 16, 1, false);
        else client.subscribe(subscription);
    },
    onSubscribed() {
        trace('subscribed\n');
    },
});
const receiving = `received QoS ${config.qos as number}`;
const subscription = new Subscription(platform, 'to/board', config.qos as number, () => {
    if (!more(receiving)) Timer.schedule(pinging, 1, 1);
});

const idle = 0x3fffffff;
let bytesOut = 0;
const publishing = Timer.set(() => {
    // The one before has left.
    if (client.state !== CONNECTED || client.bytesOut === bytesOut) return;
    bytesOut = client.bytesOut;
    if (more('publish QoS 0')) {
        client.publish(topic, payload, 0, 16, 0, false);
    } else {
        Timer.schedule(publishing, idle, idle);
        client.publish(topic, payload, 0, 16, 1, false);
    }
}, idle, idle);

/** What had come in when the latest ping was sent: more is its answer. */
let pinged = -1;
const pinging = Timer.set(() => {
    if (client.bytesIn === pinged) return;
    pinged = client.bytesIn;
    if (more('ping')) {
        platform.ahead += 57000;
        platform.wakeAfter(0);
    } else {
        Timer.schedule(pinging, idle, idle);
        trace(`rows ${JSON.stringify(rows)}\n`);
        trace(`state ${client.state} connections ${client.connections}\n`);
        Board.exit(0);
    }
}, idle, idle);

client.start();
