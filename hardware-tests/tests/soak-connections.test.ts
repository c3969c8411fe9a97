// What the soak shows of memory in an hour, in seconds, because connections follow each other at once: they leave nothing on V8's heap.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTED } from '../../src/index.ts';
import { Broker } from '../host/broker.ts';
import { FaultProxy } from '../host/fault-proxy.ts';
import type { Faults } from '../host/fault-proxy.ts';
import type { ProgramReport } from '../host/soak/device-lines.ts';
import { makeLaunchers } from '../host/soak/launch.ts';
import { Runner } from '../host/soak/runner.ts';
import { settle } from '../host/until.ts';

/** Until V8 has learnt all that connections teach it. */
const WARM_UP = 150;
const CONNECTIONS = 300;
/** Bytes by which one reading may be above another: V8 still compiles a little. The smallest object for each connection would be twice as much. */
const WAVER = 2000;
/** Bytes of a connection's buffer; that of the last one may still be there. */
const BUFFER = 4096;

test(`${CONNECTIONS} connections that break between and within packets leave nothing behind on the heap of a device`, async () => {
    const broker = await Broker.start();
    /** Of the connections to come. */
    const faults: Faults = {};
    const proxy = await FaultProxy.start({ target: broker.port, faults, onConnection: ({ number }) => breakNext(number + 1) });
    /** CONNACK, SUBACKs and some acknowledgements and messages come through. */
    const breakNext = (number: number): void => {
        if (faults.down) faults.down = { cutAfter: { bytes: 15 + number % 90, how: number % 2 === 0 ? 'fin' : 'rst' } };
    };
    const launchers = await makeLaunchers(null);
    const told: string[] = [];
    const device = new Runner(launchers.node, {
        name: 'device', prefix: 'connections', peers: ['device'], cleanSession: true, retryDelayMaximum: 10, port: proxy.port, interval: 1,
    }, { onRepeat: () => {}, onFault: (text) => told.push(text) });
    const reportWhen = async (holds: (report: ProgramReport) => boolean): Promise<ProgramReport> => {
        for (;;) {
            const report = await device.report();
            if (holds(report)) return report;
            await settle();
        }
    };
    /** Breaks connections until there were `count`, then lets one live; what the device is like when it has come to rest. */
    const rest = async (count: number): Promise<ProgramReport> => {
        device.resume();
        faults.down = {};
        breakNext(0);
        proxy.current?.cut('rst');
        await reportWhen(({ connections }) => connections >= count);
        device.pause();
        faults.down = undefined;
        proxy.current!.cut('rst');
        const report = await reportWhen(({ state, safeToSleep, held }) => state === CONNECTED && safeToSleep && held.sockets === 1);
        proxy.forget();
        return report;
    };
    try {
        const before = await rest(WARM_UP);
        const after = await rest(before.connections + CONNECTIONS);
        const grown = after.held.heapBytes - before.held.heapBytes;
        console.log(`  ${after.connections} connections, ${after.acknowledged} messages acknowledged; the heap of ${before.held.heapBytes} bytes has ${grown} more`);
        assert.ok(after.acknowledged - before.acknowledged > CONNECTIONS, 'messages were on their way');
        assert.ok(grown < WAVER, `${grown} bytes more on the heap`);
        assert.ok(after.held.externalBytes - before.held.externalBytes < 2 * BUFFER, 'buffers go with their connections');
        assert.equal(told, []);
        await device.stop();
    } finally {
        device.kill();
        proxy.stop();
        launchers.dispose();
        await broker.stop();
    }
});

test.run();
