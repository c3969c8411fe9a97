// Runs on the virtual board for serial.test.ts: the contract of src/serial.ts on the board's UART, and on a scripted one that does
// what a UART may do at the worst moment.
import Serial from 'embedded:io/serial';
import Timer from 'timer';
import type { SerialOwner } from '../../../src/serial.ts';
import { SerialLine } from '../index.ts';

const say = (text: string): void => trace(`${text}\n`);

interface Options {
    baud: number;
    target: unknown;
    onReadable(this: object, count: number): void;
    onWritable(this: object, count: number): void;
}

/** A UART whose every answer the test decides. It allocates nothing once it is made. */
class Scripted {
    static latest: Scripted;
    static made = 0;
    static broken = false;
    target: unknown;
    /** What it really takes, whatever it said. */
    room = 0;
    readonly written = new Uint8Array(256);
    writtenEnd = 0;
    writes = 0;
    arrived = 0;
    closed = 0;
    readonly options: Options;

    constructor(options: Options) {
        if (Scripted.broken) throw new Error('uart failed');
        Scripted.latest = this;
        Scripted.made++;
        this.options = options;
        this.target = options.target;
    }

    read(into: Uint8Array): number | undefined {
        if (!this.arrived) return undefined;
        const count = this.arrived < into.length ? this.arrived : into.length;
        for (let index = 0; index < count; index++) into[index] = 65;
        this.arrived -= count;
        return count;
    }

    write(data: Uint8Array): void {
        if (data.length > this.room) throw new Error('output full');
        for (let index = 0; index < data.length; index++) this.written[this.writtenEnd++] = data[index];
        this.room -= data.length;
        this.writes++;
    }

    close(): void {
        this.closed++;
    }

    hasRoom(said: number, room: number): void {
        this.room = room;
        return this.options.onWritable.call(this, said);
    }

    hasBytes(count: number): void {
        this.arrived = count;
        return this.options.onReadable.call(this, count);
    }
}

class Owner implements SerialOwner {
    pieces = '';
    received = 0;
    writable = 0;
    gone = 0;
    records = true;
    onPiece: (() => void) | null = null;

    onBytes(_bytes: Uint8Array, start: number, end: number): void {
        this.received += end - start;
        if (this.records) this.pieces += ` ${end - start}`;
        if (this.onPiece) this.onPiece();
    }

    onWritable(): void {
        this.writable++;
    }

    onGone(): void {
        this.gone++;
    }
}

const bytes = new Uint8Array(1000);
for (let index = 0; index < bytes.length; index++) bytes[index] = index * 7;

function scripted(options: { writeSize?: number; readSize?: number } = {}): { line: SerialLine; owner: Owner } {
    const line = new SerialLine({ io: Scripted as never, transmit: 17, receive: 16, port: 2, ...options });
    return { line, owner: new Owner() };
}

function attempt(act: () => unknown): string {
    try {
        return String(act());
    } catch (error) {
        return String(error);
    }
}

function tellScripted(): void {
    const { line, owner } = scripted({ writeSize: 16, readSize: 32 });
    line.open(owner, 9600);
    const uart = Scripted.latest;
    const { baud, target, ...rest } = uart.options as Options & { port: number; transmit: number; receive: number; format: string };
    say(`options ${baud} ${rest.port} ${rest.transmit} ${rest.receive} ${rest.format} ${target === line}`);
    say(`nothing fits before the line says so ${line.write(bytes, 0, 10)} ${owner.writable}`);
    uart.hasRoom(40, 40);
    say(`room is told ${owner.writable}`);
    say(`a part is taken, in writes of 16 ${line.write(bytes, 5, 105)} ${uart.writes} ${uart.written.subarray(0, uart.writtenEnd).every((byte, index) => byte === bytes[index + 5])}`);
    uart.hasRoom(40, 10);
    say(`less room than it said ${line.write(bytes, 0, 20)} ${line.write(bytes, 0, 1)}`);
    uart.hasRoom(10, 10);
    say(`all ${line.write(bytes, 0, 10)} ${line.write(bytes, 3, 3)}`);
    const told = owner.writable;
    uart.hasRoom(10, 10);
    say(`who got all is not told ${owner.writable - told}`);
    uart.hasBytes(100);
    say(`pieces${owner.pieces}`);
    line.open(owner, 115200);
    say(`another speed ${Scripted.made} ${uart.closed} ${Scripted.latest.options.baud}`);
    uart.hasBytes(10);
    uart.hasRoom(10, 10);
    say(`the old one says nothing ${owner.received} ${line.write(bytes, 0, 1)}`);
    owner.onPiece = () => line.close();
    Scripted.latest.hasBytes(100);
    say(`closed inside onBytes ${owner.received} ${Scripted.latest.closed}`);
    line.close();
    say(`closed twice ${Scripted.latest.closed} ${line.write(bytes, 0, 1)}`);
    owner.onPiece = () => {
        throw new Error('out of onBytes');
    };
    line.open(owner, 115200);
    say(`an exception does not leave ${attempt(() => Scripted.latest.hasBytes(5))}`);
    Scripted.broken = true;
    line.open(owner, 115200);
    Scripted.broken = false;
    say(`no UART ${owner.gone} ${line.write(bytes, 0, 1)}`);
    say(`sizes ${attempt(() => scripted({ writeSize: 0 }))} ${attempt(() => scripted({ readSize: 1.5 }))}`);
}

function tellAllocation(): void {
    const { line, owner } = scripted();
    owner.records = false;
    line.open(owner, 115200);
    const uart = Scripted.latest;
    const round = (): void => {
        uart.writtenEnd = 0;
        uart.hasRoom(128, 128);
        line.write(bytes, 0, 100);
        uart.hasBytes(200);
    };
    for (let rounds = 0; rounds < 5; rounds++) round();
    Meter.collect();
    const slots = Meter.slots();
    const chunks = Meter.chunkBytes();
    for (let rounds = 0; rounds < 100; rounds++) round();
    const slotsAfter = Meter.slots();
    const chunksAfter = Meter.chunkBytes();
    say(`allocated ${slotsAfter - slots} ${chunksAfter - chunks}`);
}

/** Sends 1,000 bytes over the board's UART, and echoes what comes. */
function echo(): void {
    const line = new SerialLine({ io: Serial, transmit: 17, receive: 16, port: 2 });
    let written = 0;
    let heard = 0;
    let wrong = 0;
    const push = (): void => {
        written += line.write(bytes, written, bytes.length);
    };
    line.open({
        onBytes(incoming, start, end) {
            for (let at = start; at < end; at++) if (incoming[at] !== bytes[heard++]) wrong++;
            if (heard === bytes.length) {
                say(`heard ${heard} ${wrong}`);
                line.close();
                Board.exit(0);
            }
        },
        onWritable: push,
        onGone: () => say('gone'),
    }, 115200);
    push();
}

Timer.set(() => {
    tellScripted();
    Timer.set(() => {
        tellAllocation();
        Timer.set(echo, 0);
    }, 0);
}, 0);
