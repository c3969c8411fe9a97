// Runs on the virtual board for contract.test.ts: a transport that does what lines from the host say, and an owner that traces
// each callback. `VERB [NUMBER]`; a verb that begins with `on` is done inside the next callback of that name.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import Timer from 'timer';
import type { TransportOwner } from '../../../src/transport.ts';
import { TcpTransport } from '../index.ts';

const transport = new TcpTransport({
    io: TCP, address: '127.0.0.1', port: config.port as number,
    sendBufferSize: config.foreignBuffer ? 0 : 1000, writeSize: config.writeSize as number, readSize: config.readSize as number,
});
const source = config.foreignBuffer ? new Uint8Array(1000) : transport.sendBuffer;
const say = (text: string): void => trace(text + '\n');
const inside: Record<string, string | undefined> = {};
/** The stream that is sent and that is expected: byte n is n * 31, plus 7 for each 256. */
const pattern = (index: number): number => (index * 31 + (index >> 8) * 7) & 0xff;
let sent = 0;
let received = 0;
let wrong = 0;
let goal = 0;

function obey(line: string): void {
    const [verb, argument] = line.split(' ');
    const count = Number(argument);
    switch (verb) {
        case 'open': transport.open(owner); break;
        case 'early': transport.open(owner); say(`took ${take(5)}`); break;
        case 'close': transport.close(); break;
        case 'flush': transport.flush(); break;
        case 'write': say(`took ${take(count)}`); break;
        case 'send': goal += count; send(); break;
        case 'counts': say(`sent ${sent} received ${received} wrong ${wrong}`); break;
        case 'writes': say(`writes ${Meter.writes()}`); break;
        case 'throw': throw new Error('thrown');
        case 'regret': transport.open(owner); transport.close(); break;
        default: say(`unknown ${line}`);
    }
}

/** Offers the next `count` bytes of the stream, not from the start of the buffer. */
function take(count: number): number {
    for (let index = 0; index < count; index++) source[10 + index] = pattern(sent + index);
    const taken = transport.write(source, 10, 10 + count);
    source.fill(0xee);
    sent += taken;
    return taken;
}

/** Until `goal` bytes were taken or the transport takes no more. */
function send(): void {
    while (sent < goal) {
        const wanted = Math.min(900, goal - sent);
        if (take(wanted) < wanted) return;
    }
    transport.flush();
}

function called(name: string, text: string): void {
    const task = inside[name];
    inside[name] = undefined;
    say(text);
    if (task) obey(task);
}

const owner: TransportOwner = {
    onOpen: () => called('onOpen', 'open'),
    onBytes(bytes, start, end) {
        for (let index = start; index < end; index++) if (bytes[index] !== pattern(received++)) wrong++;
        called('onBytes', `bytes ${end - start}`);
    },
    onWritable() {
        send();
        called('onWritable', 'writable');
    },
    onClose: reason => called('onClose', `close ${reason}`),
};

Board.onLine = line => {
    const [name, ...task] = line.split(' ');
    if (name.startsWith('on')) inside[name] = task.join(' ');
    else if (name === 'exit') Timer.set(() => Board.exit(0), 0);
    else obey(line);
    say(`done ${line}`);
};
say('ready');
