// The contract of src/serial.ts on Node: over `serialport` on a pair of pseudo-terminals, whose other end is a socket of the test.
import { spawnSync } from 'node:child_process';
import { SerialPort } from 'serialport';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { noPseudoTerminals, SerialDevice } from '../../../hardware-tests/host/serial-device.ts';
import { settle, until } from '../../../hardware-tests/host/until.ts';
import type { SerialOwner } from '../../../src/serial.ts';
import { SerialLine } from '../index.ts';

if (noPseudoTerminals) console.log(`SKIPPED: a serial line on pseudo-terminals, because ${noPseudoTerminals}`);
const lineTest = noPseudoTerminals ? test.skip : test;

class Owner implements SerialOwner {
    received = Buffer.alloc(0);
    writable = 0;
    gone = 0;

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        this.received = Buffer.concat([this.received, bytes.subarray(start, end)]);
    }

    onWritable(): void {
        this.writable++;
    }

    onGone(): void {
        this.gone++;
    }
}

const every = Uint8Array.from({ length: 1024 }, (_, index) => index);

/** Writes all of `bytes`, as the contract says. */
async function writeAll(line: SerialLine, owner: Owner, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
        const told = owner.writable;
        const taken = line.write(bytes, at, bytes.length);
        assert.is(owner.writable, told, 'no callback during write');
        at += taken;
        if (at < bytes.length) await until('there is room', () => owner.writable > told);
    }
}

async function withDevice(run: (device: SerialDevice, line: SerialLine, owner: Owner) => Promise<void>): Promise<void> {
    const device = new SerialDevice();
    await device.plugIn();
    const line = new SerialLine({ io: SerialPort, path: device.path });
    try {
        await run(device, line, new Owner());
    } finally {
        line.close();
        await device.unplug();
    }
}

lineTest('every byte of 0 to 255 goes both ways, and what is written too early is asked for again', () => withDevice(async (device, line, owner) => {
    line.open(owner, 115200);
    assert.is(line.write(every, 0, every.length), 0, 'it is not open yet');
    await until('it can be written', () => owner.writable > 0);
    await writeAll(line, owner, every);
    await until('the device has all', () => device.received.length === every.length);
    assert.equal(device.received, Buffer.from(every));
    device.write(every);
    await until('we have all', () => owner.received.length === every.length);
    assert.equal(owner.received, Buffer.from(every));
}));

lineTest('a megabyte arrives, though the line takes it in parts', () => withDevice(async (device, line, owner) => {
    const much = Uint8Array.from({ length: 1 << 20 }, (_, index) => Math.imul(index, 2654435761) >>> 24);
    line.open(owner, 115200);
    for (let at = 0; at < much.length; at += 4096) await writeAll(line, owner, much.subarray(at, at + 4096));
    await until('the device has all', () => device.received.length === much.length);
    assert.ok(device.received.equals(much));
}));

lineTest('a part of an array is written, and its memory may change at once', () => withDevice(async (device, line, owner) => {
    line.open(owner, 115200);
    line.write(every, 0, 1);
    await until('it can be written', () => owner.writable > 0);
    const bytes = Uint8Array.of(1, 2, 3, 4);
    assert.is(line.write(bytes, 1, 3), 2);
    bytes.fill(9);
    await until('the device has it', () => device.received.length === 2);
    assert.equal(device.received, Buffer.of(2, 3));
}));

lineTest('open again changes the speed, and bytes wait for it', () => withDevice(async (device, line, owner) => {
    line.open(owner, 9600);
    line.write(every, 0, 1);
    await until('it can be written', () => owner.writable === 1);
    line.open(owner, 57600);
    assert.is(line.write(every, 0, 10), 0, 'the speed is not that one yet');
    await until('it can be written', () => owner.writable === 2);
    assert.is(line.write(every, 0, 10), 10);
    await until('the device has it', () => device.received.length === 10);
    assert.match(spawnSync('stty', ['-F', device.path, 'speed']).stdout.toString(), '57600');
}));

lineTest('close before it is open, and open again at once', () => withDevice(async (device, line, owner) => {
    line.open(owner, 9600);
    line.close();
    line.close();
    const second = new Owner();
    line.open(second, 115200);
    await writeAll(line, second, every);
    await until('the device has all', () => device.received.length === every.length);
    assert.equal([owner.gone, owner.writable], [0, 0], 'nothing is told to the first owner');
}));

lineTest('after close nothing is told, and the device is free', () => withDevice(async (device, line, owner) => {
    line.open(owner, 9600);
    await writeAll(line, owner, every);
    line.close();
    device.write(every);
    const other = new SerialLine({ io: SerialPort, path: device.path });
    const second = new Owner();
    // The line lets go of it in its own time: nothing else says when.
    await until('another opens it', () => {
        if (second.gone > 0 || !second.writable) {
            second.gone = 0;
            other.open(second, 9600);
            other.write(every, 0, 1);
        }
        return second.writable > 0;
    });
    other.close();
    assert.equal([owner.gone, owner.received.length], [0, 0]);
}));

lineTest('a device that is unplugged is gone, once, with a write under way too; then it may be plugged in again', () => withDevice(async (device, line, owner) => {
    line.open(owner, 115200);
    await writeAll(line, owner, every);
    await device.unplug();
    for (let round = 0; round < 20; round++) line.write(every, 0, every.length);
    await until('it is gone', () => owner.gone > 0);
    await settle();
    assert.is(owner.gone, 1);
    assert.ok(line.lastError);
    assert.is(line.write(every, 0, 1), 0);
    const again = new SerialDevice();
    await again.plugIn();
    const other = new SerialLine({ io: SerialPort, path: again.path });
    await writeAll(other, (other.open(owner, 9600), owner), every);
    other.close();
    await again.unplug();
}));

lineTest('a device that is unplugged while it speaks is gone, each time', async () => {
    // Without the mended binding one of five is read for ever.
    for (let round = 0; round < 30; round++) {
        await withDevice(async (device, line, owner) => {
            line.open(owner, 115200);
            await writeAll(line, owner, every);
            device.write(every);
            await until('it has spoken', () => owner.received.length > 0);
            for (let more = 0; more < round % 5; more++) device.write(every);
            await device.unplug();
            await until(`it is gone in round ${round}`, () => owner.gone > 0);
        });
    }
});

test('a device that is not there is gone at once or later, and may be tried again', async () => {
    const owner = new Owner();
    const line = new SerialLine({ io: SerialPort, path: '/dev/motemq-nothing' });
    for (let round = 1; round <= 3; round++) {
        line.open(owner, 9600);
        await until('it is gone', () => owner.gone === round);
    }
    assert.match(String(line.lastError), 'No such file');
});

test('a class that throws is a line that is gone', () => {
    const owner = new Owner();
    const io = function (): never {
        throw new Error('no such thing');
    };
    const line = new SerialLine({ io: io as never, path: 'x' });
    line.open(owner, 9600);
    assert.is(owner.gone, 1);
    assert.is(line.write(every, 0, 1), 0);
    line.close();
});

test.run();
