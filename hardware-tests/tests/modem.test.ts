// The client over every modem of the emulator, with everything going wrong that was ever seen to: what is handed over comes out whole and in
// order, or the link is reported closed; what is acknowledged has arrived; what is accepted arrives; nothing stays stuck.
// `npm run test:modem -- --seeds 2000` does the same for longer.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quectel, sim7080, sim7600, sim800, ublox } from '../../targets/modem/dialects/index.ts';
import type { Dialect } from '../../targets/modem/index.ts';
import { dialectNamed, dialects } from '../boards/modem/dialects/index.ts';
import { faultKinds, wordsOf } from '../boards/modem/faults.ts';
import { drivers } from '../boards/modem/drivers.ts';
import type { Fault } from '../boards/modem/faults.ts';
import { runTrial } from '../boards/modem/trial.ts';

const SEEDS = 60;
const met = new Set<Fault>();

for (const dialect of dialects) {
    test(`${dialect.name}: ${SEEDS} lives with faults`, () => {
        for (let seed = 1; seed <= SEEDS; seed++) {
            const { violations, faults } = runTrial({ dialect, seed });
            for (const fault of faults.keys()) met.add(fault);
            assert.equal(violations, [], `npm run test:modem -- --dialect ${dialect.name} --seed ${seed}`);
        }
    });

    test(`${dialect.name}: a digit lost or changed in the command to send ends the connection before more is sent`, () => {
        for (let seed = 1; seed <= 15; seed++) assert.equal(runTrial({ dialect, seed, faults: ['digit'] }).violations, [], `seed ${seed}`);
    });

    test(`${dialect.name}: without faults every message arrives on the first connection`, () => {
        const { violations, connections, accepted } = runTrial({ dialect, seed: 1, faults: ['no fault has this name'] });
        assert.equal(violations, []);
        assert.is(connections, 1);
        assert.ok(accepted > 10);
    });
}

for (const dialect of dialects) {
    if (!drivers[dialect.name].tls) continue;
    test(`${dialect.name}: lives with the modem's own TLS`, () => {
        for (let seed = 1; seed <= 20; seed++) assert.equal(runTrial({ dialect, seed, secure: true }).violations, [], `seed ${seed}`);
    });
}

test('every fault came', () => {
    assert.equal(Object.keys(faultKinds).filter(name => !met.has(name as Fault)), []);
});

test('a misspelt fault is an error, not a run without faults', () => {
    assert.equal(wordsOf('digit,lost'), ['digit', 'lost']);
    assert.equal(wordsOf(''), []);
    assert.throws(() => wordsOf('digit,restrats'), /no fault has 'restrats' in its name/);
});

/** Drivers with a mistake in them, and the faults by which it must show. */
const mistakes: readonly (readonly [what: string, modem: string, driver: Dialect, faults: readonly string[]])[] = [
    ['takes any count for the right one', 'sim7600', { ...sim7600, tcp: { ...sim7600.tcp, send: { ...sim7600.tcp.send, expect: ['OK', '+CIPSEND: %i,%n,%n'] } } }, ['sent short']],
    ['does not ask how many bytes were sent', 'bg96', { ...quectel, tcp: { ...quectel.tcp, count: undefined } }, ['digit']],
    ['does not ask that either, of another make', 'sim7080', { ...sim7080, tcp: { ...sim7080.tcp, count: undefined } }, ['digit']],
    ['does not wait after the prompt', 'ublox', { ...ublox, promptDelay: 0 }, ['noise']],
    ['forgets to ask for bytes to be held', 'sim800', { ...sim800, bearer: sim800.bearer.filter(({ command }) => command !== 'AT+CIPRXGET=1') }, ['noise']],
    ['does not ask what stands behind the bytes', 'bg96', { ...quectel, tcp: { ...quectel.tcp, read: { command: 'AT+QIRD=%i,%n', header: '+QIRD: %n', endsBare: true } } }, ['byte lost to the host']],
];

for (const [what, modem, driver, faults] of mistakes) {
    test(`a driver that ${what} is found out`, () => {
        let seed = 1;
        while (seed < 300 && runTrial({ dialect: dialectNamed(modem)!, driver, seed, faults }).violations.length === 0) seed++;
        assert.ok(seed < 300, 'within 300 lives');
    });
}

test('a seed lives the same life each time', () => {
    const trace = (): string[] => {
        const lines: string[] = [];
        runTrial({ dialect: dialectNamed('bg96')!, seed: 5, trace: line => lines.push(line) });
        return lines;
    };
    const first = trace();
    assert.ok(first.length > 200);
    assert.equal(trace(), first);
});

test.run();
