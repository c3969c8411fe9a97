// Turning the modem off, and wanting it back. In virtual time.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Attempt } from '../boards/modem/attempt.ts';
import { dialects } from '../boards/modem/dialects/index.ts';

for (const dialect of dialects) {
    test(`${dialect.name}: the port is closed when the modem is off or left to sleep, and opened again`, () => {
        for (const powerSaving of [undefined, { periodicUpdate: 3600, active: 2 }]) {
            const attempt = new Attempt(dialect, { transport: { powerSaving } });
            const { clock, port, transport } = attempt.rig;
            const close = port.close.bind(port);
            let closed = 0;
            port.close = () => {
                closed++;
                close();
            };
            assert.is(attempt.open(30), 0);
            transport.close();
            clock.pass(clock.time + 10000, () => false);
            assert.is(closed, 0);
            transport.powerDown();
            clock.pass(clock.time + 30000, () => false);
            assert.is(closed, 1);
            transport.powerDown();
            assert.is(closed, 1, 'once is enough');
            assert.is(attempt.open(60), 0);
        }
    });

    test(`${dialect.name}: a connection that is wanted while the modem is being turned off comes when it is on again`, () => {
        for (let wait = 0; wait < 200; wait += 5) {
            const attempt = new Attempt(dialect, {});
            const { clock, transport } = attempt.rig;
            assert.is(attempt.open(30), 0);
            transport.close();
            transport.powerDown();
            clock.pass(clock.time + wait, () => false);
            const reasons = [attempt.open(60)];
            // It may go off under the next attempt, which is told.
            while (reasons.at(-1)! > 0 && reasons.length < 3) reasons.push(attempt.open(60));
            assert.is(reasons.at(-1), 0, `after ${wait} ms: ${reasons.join()}`);
        }
    });
}

test.run();
