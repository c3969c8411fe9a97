// The cellular example as it is handed out, on the virtual board with the memory that its manifest asks for: over the board's UART,
// an emulated modem and a real TCP connection to a real broker.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialects } from '../../../hardware-tests/boards/modem/dialects/index.ts';
import { tcpPort } from '../../../hardware-tests/boards/modem/ends.ts';
import { networkWithAddresses } from '../../../hardware-tests/boards/modem/real-world.ts';
import { bootBoard } from '../../../hardware-tests/boards/xs/board.ts';
import { bundlePreloaded } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, engine } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { Broker } from '../../../hardware-tests/host/broker.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { root } from '../../../scripts/root.ts';

const folder = join(root, 'examples', 'cellular-node', 'moddable');
const { config, creation } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    readonly config: Record<string, unknown>;
    readonly creation: { readonly static: number; readonly chunk: Size; readonly heap: Size; readonly stack: number };
};

interface Size {
    readonly initial: number;
    readonly incremental: number;
}

boardTest('each reading wakes the modem, goes out with QoS 1 and lets it sleep', async () => {
    const payloads: string[] = [];
    const broker = await Broker.start({ onPublish: ({ topic, payload }) => void (topic === 'motemq/cellular' && payloads.push(payload.toString())) });
    const heard: string[] = [];
    const end = await tcpPort({
        dialect: dialects.find(({ name }) => name === 'bg96')!, network: networkWithAddresses({ 'broker.example': '127.0.0.1' }),
        onTraffic: (toModem, bytes) => void (toModem && heard.push(Buffer.from(bytes).toString('latin1'))),
    }, 0);
    const board = bootBoard(engine.available ? engine.path : '', {
        ...await bundlePreloaded(join(folder, 'main.js')),
        memory: {
            chunkInitial: creation.chunk.initial, chunkIncremental: creation.chunk.incremental,
            slotsInitial: creation.heap.initial, slotsIncremental: creation.heap.incremental, stack: creation.stack, total: creation.static,
        },
        config: { ...config, host: 'broker.example', port: broker.port, serialPort: Number(end.address.split(':')[1]), interval: 2, awake: 60 },
        onLine(line) {
            if (line === 'pin 4 1') end.emulator.modem.key(true);
            // The node first lets go of it, too.
            else if (line === 'pin 4 0' && board.lines.includes('pin 4 1')) end.emulator.modem.key(false);
        },
    });
    try {
        await until('two readings are delivered', () => payloads.length >= 2 || board.lines.some(line => /fail|abort/.test(line)), 60);
        assert.equal(payloads.slice(0, 2), ['{"reading":0,"temperature":21.34}', '{"reading":1,"temperature":21.34}']);
        await until('it stops', () => board.lines.filter(line => line.startsWith('stopped')).length >= 2, 30);
        const sent = heard.join('');
        assert.match(sent, 'AT+CPSMS=1,,,"01100100","00000001"\r');
        assert.not.match(sent, 'QPOWD');
        // All that one wake has to say, in one send; DISCONNECT is the second.
        assert.is(sent.split('AT+QISEND=').length - 1 <= 4, true, sent);
    } catch (error) {
        throw new Error(`${(error as Error).message}\n${board.lines.join('\n')}\n${heard.join('').replace(/\r/g, '\n')}`, { cause: error });
    } finally {
        await board.stop();
        end.stop();
        await broker.stop();
    }
});

test.run();
