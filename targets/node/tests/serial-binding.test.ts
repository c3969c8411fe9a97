// The binding of `serialport` at a pseudo-terminal, as the Node target and the harness mend it: every call ends. Without the mending both tests fail.
import { SerialPort } from 'serialport';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mendBinding } from '../serial-binding.ts';
import { noPseudoTerminals, SerialDevice } from '../../../hardware-tests/host/serial-device.ts';
import { until } from '../../../hardware-tests/host/until.ts';

const onTerminal = noPseudoTerminals || process.platform === 'win32' ? test.skip : test;
if (onTerminal === test.skip) console.log(`SKIPPED: the binding of serialport, because ${noPseudoTerminals || 'Windows has another one'}`);

/** What the binding of Linux and macOS has beside what its types say. */
interface Unix {
    readonly poller: { once(event: 'readable' | 'writable', listener: (error: Error | null) => void): void };
}

async function opened(device: SerialDevice) {
    await device.plugIn();
    const binding = await SerialPort.binding.open({ path: device.path, baudRate: 115200, hupcl: false });
    mendBinding(binding);
    return binding;
}

onTerminal('a read of a terminal that was hung up rejects', async () => {
    const device = new SerialDevice();
    const binding = await opened(device);
    await device.unplug();
    let failed: Error | null = null;
    binding.read(Buffer.alloc(64), 0, 64).catch((error: Error) => failed = error);
    try {
        await until('the read has ended', () => failed !== null);
    } finally {
        await binding.close();
    }
    assert.match(String(failed), /input\/output error|EIO|bad file descriptor/i);
});

onTerminal('a write that waits for room is woken, though a read has begun to wait after it', async () => {
    const device = new SerialDevice();
    const binding = await opened(device);
    const woken: string[] = [];
    for (const event of ['writable', 'readable'] as const) (binding as unknown as Unix).poller.once(event, error => woken.push(error ? error.message : event));
    try {
        await until('there is room', () => woken.length > 0);
        assert.equal(woken, ['writable']);
        // Nor has the read lost its place.
        device.write('x');
        await until('there are bytes', () => woken.length > 1);
        assert.equal(woken, ['writable', 'readable']);
    } finally {
        await binding.close();
        await device.unplug();
    }
});

test.run();
