// Runs on the virtual board for faults.test.ts: sockets, timers' owners and values that behave as badly as a platform or an
// application can. Traces what the owner is told and whatever is reported.
import Timer from 'timer';
import type { TransportOwner } from '../../../src/transport.ts';
import MQTTClient from '../client.ts';
import { ModdablePlatform, TcpTransport, TlsTransport, WiFiNetwork } from '../index.ts';
import type { Resolver, Socket, SocketOptions, WiFi } from '../index.ts';

const say = (text: string): void => trace(text + '\n');

/** Connects at once and is told what to answer. */
class FakeSocket implements Socket {
    static refuses = false;
    static latest: FakeSocket;
    readonly target: unknown;
    readonly options: SocketOptions;
    onWrite: (data: Uint8Array) => unknown = data => 100 - data.length;
    unread = 0;

    constructor(options: SocketOptions) {
        if (FakeSocket.refuses) throw new Error('invalid address');
        this.options = options;
        this.target = options.target;
        FakeSocket.latest = this;
    }

    read(into: Uint8Array): unknown {
        if (into.length > this.unread) throw new Error('invalid');
        this.unread -= into.length;
        return into.length;
    }

    write(data: Uint8Array): unknown {
        say(`write ${data.length}`);
        return this.onWrite(data);
    }

    close(): void {
        say('closed');
        throw new Error('closed already');
    }
}

const owner: TransportOwner = {
    onOpen: () => say('open'),
    onBytes: (_bytes, start, end) => {
        say(`bytes ${start} ${end}`);
        // Acknowledge what came, as a session does.
        say(`took ${transport.write(transport.sendBuffer, 0, 4)}`);
        transport.flush();
    },
    onWritable: () => say('writable'),
    onClose: reason => say(`close ${reason}`),
};
const transport = new TcpTransport({ io: FakeSocket, address: '192.0.2.1', sendBufferSize: 64, writeSize: 16, readSize: 8 });

/** A name server's socket, which hands its resolver a packet. */
class FakeUdp {
    static latest: FakeUdp;
    readonly onReadable: (count: number) => void;
    readonly target = 'the resolver';

    constructor(options: { onReadable(count: number): void }) {
        this.onReadable = options.onReadable;
        FakeUdp.latest = this;
    }
}

/** It cannot parse what comes, and its `close` throws. */
class FakeResolver implements Resolver {
    static refuses = false;
    static latest: { onResolved(host: string, address: string): void; onError(host: string): void };
    private readonly Udp: typeof FakeUdp;

    constructor(options: { socket: { io: typeof FakeUdp } }) {
        if (FakeResolver.refuses) throw new Error('no memory');
        this.Udp = options.socket.io;
    }

    resolve(request: { host: string; onResolved(host: string, address: string): void; onError(host: string): void }): void {
        FakeResolver.latest = request;
        FakeUdp.latest = new this.Udp({
            onReadable(this: FakeUdp, count: number) {
                throw new Error(`${count} packet that ${this.target} cannot parse`);
            },
        });
    }

    close(): void {
        throw new Error('closed already');
    }
}

class BrokenWiFi implements WiFi {
    get connection(): number {
        throw new Error('no radio');
    }
    connect(): void {
        throw new Error('no radio');
    }
    disconnect(): void {
        throw new Error('no radio');
    }
    close(): void {
        throw new Error('no radio');
    }
}

const named = new TcpTransport({ io: FakeSocket, host: 'broker.example', dns: { io: FakeResolver, socket: { io: FakeUdp }, timeout: 20 } });
const broken = new WiFiNetwork({ io: BrokenWiFi, SSID: 'field', timeout: 30, retryDelay: 1000 });
const wireless = new TcpTransport({ io: FakeSocket, address: '192.0.2.1', network: broken });

function connect(): FakeSocket {
    transport.open(owner);
    const socket = FakeSocket.latest;
    socket.options.onWritable.call(socket, 100);
    return socket;
}

function attempt(action: () => unknown): void {
    try {
        action();
    } catch (error) {
        say(String(error));
    }
}

/** Each runs in a turn of its own; the next one when all that it set off is over. */
const scenes: [name: string, play: () => void][] = [
    ['a constructor that throws', () => {
        FakeSocket.refuses = true;
        transport.open(owner);
        say('opened');
        FakeSocket.refuses = false;
    }],
    ['close before the failure is told', () => {
        FakeSocket.refuses = true;
        transport.open(owner);
        transport.close();
        FakeSocket.refuses = false;
    }],
    ['write returns undefined, onError follows', () => {
        const socket = connect();
        socket.onWrite = () => undefined;
        transport.write(transport.sendBuffer, 0, 4);
        transport.flush();
        say(`took ${transport.write(transport.sendBuffer, 0, 4)}`);
        socket.options.onError.call(socket);
    }],
    ['write returns NaN, as TLS does, and nothing follows', () => {
        const socket = connect();
        socket.onWrite = () => NaN;
        transport.write(transport.sendBuffer, 0, 4);
        transport.flush();
        say(`took ${transport.write(transport.sendBuffer, 0, 4)}`);
    }],
    ['write returns undefined while bytes are unread, and nothing follows', () => {
        const socket = connect();
        socket.onWrite = () => undefined;
        socket.unread = 9;
        socket.options.onReadable.call(socket, 9);
    }],
    ['write throws, and nothing follows', () => {
        const socket = connect();
        socket.onWrite = () => {
            throw new Error('would block');
        };
        transport.write(transport.sendBuffer, 0, 4);
        transport.flush();
    }],
    ['read throws', () => {
        const socket = connect();
        socket.options.onReadable.call(socket, 5);
    }],
    ['no room in the socket', () => {
        const socket = connect();
        // 3 bytes of room after the first write, none after the second.
        socket.onWrite = data => (data.length > 3 ? 3 : 0);
        say(`took ${transport.write(transport.sendBuffer, 0, 40)}`);
        transport.flush();
        socket.options.onWritable.call(socket, 100);
        transport.close();
    }],
    ['a socket that calls back after close', () => {
        const socket = connect();
        transport.close();
        socket.unread = 4;
        socket.options.onReadable.call(socket, 4);
        socket.options.onWritable.call(socket, 4);
        socket.options.onError.call(socket);
    }],
    ['a packet that the resolver cannot parse, and the right one after it', () => {
        named.open(owner);
        FakeUdp.latest.onReadable(1);
        FakeResolver.latest.onResolved('broker.example', '192.0.2.7');
        say(`address ${FakeSocket.latest.options.address}`);
        FakeResolver.latest.onResolved('broker.example', '192.0.2.8');
        FakeResolver.latest.onError('broker.example');
        named.close();
    }],
    ['an answer without an address', () => {
        named.open(owner);
        FakeResolver.latest.onResolved('broker.example', '');
    }],
    ['a name server that is silent, and answers too late', () => {
        named.open(owner);
    }],
    ['an answer after close', () => {
        FakeResolver.latest.onResolved('broker.example', '192.0.2.7');
        named.open(owner);
        const { latest } = FakeResolver;
        named.close();
        latest.onResolved('broker.example', '192.0.2.7');
        latest.onError('broker.example');
    }],
    ['a resolver that cannot be made', () => {
        FakeResolver.refuses = true;
        named.open(owner);
        FakeResolver.refuses = false;
    }],
    ['what a TLS socket is made from', () => {
        const made: Record<string, unknown>[] = [];
        class FakeTls extends FakeSocket {
            constructor(options: SocketOptions) {
                super(options);
                made.push(options as unknown as Record<string, unknown>);
            }
        }
        const secure = {
            serverName: 'sni.example', applicationLayerProtocolNegotiation: ['x-amzn-mqtt-ca', 'mqtt'],
            certificate: new ArrayBuffer(3), clientCertificates: [new ArrayBuffer(1), new ArrayBuffer(2)], clientKey: new Uint8Array(4), cache: false,
        };
        const secured = new TlsTransport({ io: FakeTls, TCP: { io: FakeSocket }, address: '192.0.2.1', host: 'broker.example', secure });
        secured.open(owner);
        const { address, port, host, nodelay } = made[0];
        say(`${address} ${port} ${host} ${nodelay} ${made[0].secure === secure}`);
        secured.close();
    }],
    ['only insecureAcceptAnyServer gives up verification, and keeps no session then', () => {
        class FakeTls extends FakeSocket {
            constructor(options: SocketOptions) {
                super(options);
                say(JSON.stringify((options as unknown as { secure: object }).secure ?? null));
            }
        }
        for (const more of [{ insecureAcceptAnyServer: true, secure: { serverName: 'sni.example' } }, { insecureAcceptAnyServer: 1 as never }, { secure: { verify: true } }]) {
            const secured = new TlsTransport({ io: FakeTls, TCP: { io: FakeSocket }, address: '192.0.2.1', ...more });
            secured.open(owner);
            secured.close();
        }
    }],
    ['a TLS socket that cannot be made', () => {
        FakeSocket.refuses = true;
        new TlsTransport({ io: FakeSocket, TCP: { io: FakeSocket }, address: '192.0.2.1' }).open(owner);
        FakeSocket.refuses = false;
    }],
    ['a WiFi of which everything throws', () => {
        wireless.open(owner);
    }],
    ['networks and transports that are closed twice', () => {
        wireless.open(owner);
        wireless.close();
        wireless.close();
        broken.close();
        broken.close();
    }],
    ['users of a network that leave while others are told of it', () => {
        const station = { connection: 200, onChanged: (_property: string): void => {} };
        const network = new WiFiNetwork({
            SSID: 'field',
            io: class {
                constructor(options: { onChanged(property: string): void }) {
                    station.onChanged = options.onChanged;
                }
                get connection(): number {
                    return station.connection;
                }
                connect(): void {}
                disconnect(): void {}
                close(): void {}
            },
        });
        let joined = false;
        const heard = (what: string): void => say(joined ? `second ${what}` : `second ${what}, though it has left`);
        const second = { onNetworkUp: () => heard('up'), onNetworkDown: () => heard('down') };
        const dismiss = (what: string): void => {
            say(what);
            joined = false;
            network.leave(second);
        };
        const first = { onNetworkUp: () => dismiss('up'), onNetworkDown: (reason: number) => dismiss(`down ${reason}`) };
        network.join(first);
        for (const connection of [500, 200]) {
            joined = true;
            network.join(second);
            station.connection = connection;
            station.onChanged('connection');
        }
        network.close();
    }],
    ['wrong options', () => {
        attempt(() => new TcpTransport({ io: FakeSocket }));
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', port: 0 }));
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', port: 1883.5 }));
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', sendBufferSize: -1 }));
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', readSize: NaN }));
        attempt(() => new TcpTransport({ io: undefined as never, address: '192.0.2.1' }));
        attempt(() => new TcpTransport({ io: FakeSocket, host: 'broker.example', dns: { io: FakeResolver, timeout: NaN } }));
        attempt(() => new TcpTransport({ io: FakeSocket, host: 'broker.example', dns: {} as never }));
        attempt(() => new TlsTransport({ io: FakeSocket, address: '192.0.2.1' } as never));
        for (const verify of [false, 0, null]) attempt(() => new TlsTransport({ io: FakeSocket, TCP: { io: FakeSocket }, address: '192.0.2.1', secure: { verify } }));
        attempt(() => new MQTTClient({ host: '192.0.2.1', dns: { io: FakeResolver }, socket: { io: FakeSocket, TCP: { io: FakeSocket }, secure: { verify: false } } }));
        attempt(() => new WiFiNetwork({ io: BrokenWiFi, SSID: '' }));
        attempt(() => new WiFiNetwork({ io: BrokenWiFi, SSID: 'field', timeout: 'soon' as never }));
    }],
    ['a wake that is replaced, one that is removed', () => {
        platform.wakeAfter(1);
        platform.wakeAfter(20);
        say('none inside the call');
        other.wakeAfter(0);
        other.wakeAfter(-1);
    }],
    ['a wake that throws, and the one after it', () => {
        fault = Symbol('thrown');
        platform.wakeAfter(0);
        other.wakeAfter(0);
    }],
    ['text and chance', () => {
        say(`${platform.utf8('aé😀\u0000')}`);
        const first = platform.random();
        say(`${first === first >>> 0} ${first !== platform.random() || first !== platform.random()}`);
        say(`${platform.now() === platform.now() >> 0}`);
    }],
];

let fault: unknown;
const platform = new ModdablePlatform();
platform.attach({
    onWake() {
        say('wake');
        if (fault) throw fault;
    },
});
const other = new ModdablePlatform();
other.attach({ onWake: () => say('other wake') });

let scene = 0;
// Each scene has its time for itself, also on a machine that is late.
function play(): void {
    if (scene === scenes.length) Board.exit(0);
    Timer.set(play, 150);
    say(`# ${scenes[scene][0]}`);
    scenes[scene++][1]();
}
Timer.set(play, 150);
