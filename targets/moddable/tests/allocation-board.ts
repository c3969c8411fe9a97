// Runs on the virtual board for allocation.test.ts: what one round of each kind allocates from the application down to the
// socket, over real TCP. Rounds follow each other through the event loop, as on a board.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import Time from 'time';
import Timer from 'timer';
import { Client, Subscription, Topic } from '../../../src/index.ts';
import { CONNECTED } from '../../../src/session/states.ts';
import { ModdablePlatform, TcpTransport, TlsTransport } from '../index.ts';

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

/** A TCP socket of which the first write and the first read are those of a handshake that announces its keys. */
const Announcing = function (options: ConstructorParameters<typeof TCP>[0]): TCP {
    const socket = new TCP(options);
    const first = (name: 'read' | 'write', action: (bytes: Uint8Array) => void): void => void Object.defineProperty(socket, name, {
        configurable: true,
        value(bytes: Uint8Array) {
            delete (socket as Partial<TCP>)[name];
            action(bytes);
        },
    });
    first('write', () => {});
    first('read', bytes => bytes.set([20, 3, 3, 0, 1, 1]));
    return socket;
} as unknown as typeof TCP;

/** A TLS socket that does nothing to the bytes and makes no garbage: what is measured is the transport's share. */
class PlainTls {
    private readonly socket: TCP;
    private announced = false;

    constructor(options: { address: string; port: number; TCP: { io: typeof TCP }; onReadable(count: number): void; onWritable(count: number): void; onError(): void }) {
        this.socket = new options.TCP.io({
            address: options.address, port: options.port, onReadable: options.onReadable, onError: options.onError,
            onWritable: count => {
                if (!this.announced) {
                    this.announced = true;
                    this.socket.write(Uint8Array.of(20, 3, 3, 0, 1, 1));
                    this.socket.read(new Uint8Array(6));
                }
                options.onWritable(count);
            },
        });
    }

    read(into: Uint8Array<ArrayBuffer>): unknown {
        return this.socket.read(into);
    }

    write(data: Uint8Array<ArrayBuffer>): unknown {
        return this.socket.write(data);
    }

    close(): void {
        this.socket.close();
    }
}

const platform = new Platform();
const common = { address: '127.0.0.1', port: config.port as number, sendBufferSize: 512 };
const transport = config.tls ? new TlsTransport({ ...common, io: PlainTls, TCP: { io: Announcing } }) : new TcpTransport({ ...common, io: TCP });
const topic = new Topic(platform, 'sensors/ab');
const payload = new Uint8Array(16);
/** Printed at the end: that takes more stack than what is measured. */
const rows: object[] = [];
let round = 0;
let slots = 0;
let chunks = 0;
let collections = 0;
/** Slots of stack above those that the machine has in an empty callback: in a turn that the machine begins, and in the call of `publish`. */
let turnStack = 0;
let callStack = 0;
let machineStack = 0;

/** Publishes, and measures the stack of the call apart from that of the turns before and after it. */
function publish(qos: number): void {
    turnStack = Math.max(turnStack, Meter.deepestStack());
    Meter.resetStack();
    const before = Meter.deepestStack();
    client.publish(topic, payload, 0, 16, qos, false);
    callStack = Math.max(callStack, Meter.deepestStack() - before);
    Meter.resetStack();
}

function begin(): void {
    Meter.collect();
    Meter.resetStack();
    turnStack = callStack = 0;
    collections = Meter.collections();
    slots = Meter.slots();
    chunks = Meter.chunkBytes();
}

function end(name: string): void {
    const deepest = Meter.deepestStack();
    slots = Meter.slots() - slots;
    chunks = Meter.chunkBytes() - chunks;
    rows.push({ name, slots, chunks, turnStack: Math.max(turnStack, deepest) - machineStack, callStack, machineStack, collections: Meter.collections() - collections });
}

/** Counts rounds of one kind; true as long as there are more to do. */
function more(name: string): boolean {
    round++;
    if (round === WARM_UP) begin();
    if (round < WARM_UP + ROUNDS) return true;
    end(name);
    round = 0;
    return false;
}

const sendBuffer = config.foreignBuffer ? new Uint8Array(512) : transport.sendBuffer;
const client: Client = new Client({
    platform, transport, sendBuffer, receiveBuffer: new Uint8Array(128), clientId: 'board', keepAlive: 60,
    onStateChange(state) {
        if (state === CONNECTED && client.connections === 1) Timer.schedule(publishing, 1, 1);
    },
    // What a callback does on top of it is the application's: it does next to nothing, and the next round begins in a turn of its own.
    onAcknowledged() {
        acknowledged++;
    },
    onSubscribed() {
        trace('subscribed\n');
    },
});
const subscription = new Subscription(platform, 'to/board', config.qos as number, () => {
    received++;
});

const idle = 0x3fffffff;
let bytesOut = 0;
let acknowledged = 0;
let received = 0;
const acknowledging = Timer.set(() => {
    if (acknowledged === 0) return;
    acknowledged = 0;
    if (more('publish QoS 1')) {
        publish(1);
    } else {
        Timer.schedule(acknowledging, idle, idle);
        Timer.schedule(receiving, 1, 1);
        client.subscribe(subscription);
    }
}, idle, idle);
let counting = false;
const receivedName = `received QoS ${config.qos as number}`;
const receiving = Timer.set(() => {
    if (!counting && received >= WARM_UP) {
        counting = true;
        begin();
    } else if (received === WARM_UP + ROUNDS) {
        end(receivedName);
        Timer.schedule(receiving, idle, idle);
        Timer.schedule(pinging, 1, 1);
    }
}, idle, idle);
const publishing = Timer.set(() => {
    // The one before has left.
    if (client.state !== CONNECTED || client.bytesOut === bytesOut) return;
    bytesOut = client.bytesOut;
    if (more('publish QoS 0')) {
        publish(0);
    } else {
        Timer.schedule(publishing, idle, idle);
        Timer.schedule(acknowledging, 1, 1);
        publish(1);
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

Timer.set(() => {
    Meter.resetStack();
    machineStack = Meter.deepestStack();
    client.start();
}, 0);
