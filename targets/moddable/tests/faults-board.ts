// Runs on the virtual board for faults.test.ts: sockets, timers' owners and values that behave as badly as a platform or an
// application can. Traces what the owner is told and whatever is reported.
import Timer from 'timer';
import type { TransportOwner } from '../../../src/transport.ts';
import { ModdablePlatform, TcpTransport } from '../index.ts';
import type { Socket, SocketOptions } from '../index.ts';

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
    ['wrong options', () => {
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', port: 0 }));
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', port: 1883.5 }));
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', sendBufferSize: -1 }));
        attempt(() => new TcpTransport({ io: FakeSocket, address: '192.0.2.1', readSize: NaN }));
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
Timer.repeat(() => {
    if (scene === scenes.length) Board.exit(0);
    say(`# ${scenes[scene][0]}`);
    scenes[scene++][1]();
}, 150);
