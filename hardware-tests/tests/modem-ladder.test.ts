// The ladder of remedies, rung by rung: each trouble here is one that only its rung ends, and the test says that it was reached and that no
// stronger one was. Over every modem of the emulator, in virtual time.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MODEM_SILENT, TRANSPORT_FAULT } from '../../src/reasons.ts';
import { AT_REST, ModemTransport, ONLINE } from '../../targets/modem/index.ts';
import { dialects } from '../boards/modem/dialects/index.ts';
import type { Dialect } from '../boards/modem/dialect.ts';
import { drivers } from '../boards/modem/drivers.ts';
import { noFaults } from '../boards/modem/faults.ts';
import { Board, rig } from '../boards/modem/rig.ts';
import type { Rig } from '../boards/modem/rig.ts';
import type { Server } from '../boards/modem/virtual-world.ts';

/** Connections are tried so often, one after the other. */
const ATTEMPTS = 8;
/** Ms for one of them. */
const LONGEST = 400000;

/** A board with a modem of `dialect`, and what has been done to it: commands, and presses of its power key. */
class Patient {
    readonly rig: Rig;
    /** Why attempts failed, and why connections ended. */
    readonly reasons: number[] = [];
    readonly ends: number[] = [];
    said = '';
    keys = 0;
    private readonly driver;

    constructor(dialect: Dialect, serve: (patient: Patient) => boolean = () => true, hasPowerKey = true) {
        this.driver = drivers[dialect.name];
        const server: Server = (peer) => {
            if (!serve(this)) return 'failed';
            peer.write(Uint8Array.of(0x20, 2, 0, 0));
            return { onBytes: () => {}, onEnd: () => {} };
        };
        this.rig = rig({
            dialect, server, modem: { onTraffic: (toModem, bytes) => void (toModem && (this.said += Buffer.from(bytes).toString('latin1'))) },
            transport: {
                powerKey: hasPowerKey
                    ? (pressed) => {
                        if (pressed) this.keys++;
                        this.rig.modem.key(pressed);
                    }
                    : undefined,
            },
        });
    }

    /** Connects, again and again: how many attempts it took. 0: all were in vain. */
    connect(transport = this.rig.transport): number {
        const { clock } = this.rig;
        for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
            let result = -1;
            const done = (reason: number): void => {
                if (result === 0) this.ends.push(reason);
                else result = reason;
            };
            transport.open({ onOpen: () => done(0), onBytes: () => {}, onWritable: () => {}, onClose: done });
            assert.ok(clock.pass(clock.time + LONGEST, () => result >= 0), 'an attempt ends');
            if (result === 0) return attempt;
            this.reasons.push(result);
        }
        return 0;
    }

    /** By the first command of that rung which a modem is given at no other time. */
    get bearerDowns(): number {
        const { init, bearerDown } = this.driver;
        return this.count(bearerDown.find(({ command }) => !init.some(step => step.command === command))!.command);
    }

    get resets(): number {
        return this.count(this.driver.reset[0].command);
    }

    count(text: string): number {
        return this.said.split(text).length - 1;
    }

    pass(ms: number): void {
        const { clock } = this.rig;
        clock.pass(clock.time + ms, () => false);
    }
}

/** How often each way up takes a bearer down that may not be there. */
const asRoutine = ({ name }: Dialect): number => name === 'sim800' ? 1 : 0;

for (const dialect of dialects) {
    // It sends without a prompt.
    if (dialect.name !== 'nordic') {
        test(`${dialect.name}: padding frees a modem that waits for bytes which were lost`, () => {
            const patient = new Patient(dialect);
            const { modem, transport } = patient.rig;
            assert.is(patient.connect(), 1);
            let lost = false;
            const hear = modem.hear.bind(modem);
            modem.hear = (bytes) => {
                const loses = !lost && modem.front.collecting;
                lost ||= loses;
                hear(loses ? bytes.subarray(1) : bytes);
            };
            patient.pass(5000);
            transport.write(Buffer.from('hello'), 0, 5);
            transport.flush();
            patient.pass(150000);
            assert.ok(lost);
            assert.equal(patient.ends, [TRANSPORT_FAULT]);
            assert.is(patient.connect(), 1);
            assert.ok(patient.said.includes('\0'.repeat(drivers[dialect.name].sendMaximum)));
            assert.equal([patient.bearerDowns, patient.resets, patient.keys], [2 * asRoutine(dialect), 0, 0]);
        });
    }

    test(`${dialect.name}: a babbling modem is left until it is quiet`, () => {
        const patient = new Patient(dialect);
        const { clock, modem } = patient.rig;
        let babbles = true;
        const babble = (): void => {
            if (!babbles) return;
            modem.front.sayBytes(Uint8Array.of(0xc5, 0x0d, 0x0a));
            clock.after(50, babble);
        };
        babble();
        clock.after(2000, () => {
            babbles = false;
            assert.is(patient.said, '', 'nothing is asked meanwhile');
        });
        assert.is(patient.connect(), 1);
        assert.equal([patient.bearerDowns, patient.resets, patient.keys], [asRoutine(dialect), 0, 0]);
    });

    test(`${dialect.name}: a socket that an earlier life of the board has left open is closed`, () => {
        const patient = new Patient(dialect);
        const { port, clock, transport } = patient.rig;
        assert.is(patient.connect(), 1);
        const reborn = new ModemTransport({
            serial: port, platform: new Board(clock, noFaults()), dialect: drivers[dialect.name], host: 'broker.example', apn: 'internet', readSize: 64,
        });
        assert.is(transport.stage, ONLINE);
        const attempts = patient.connect(reborn);
        assert.ok(attempts === 1 || attempts === 2, `${attempts} attempts`);
        assert.is(patient.bearerDowns, 2 * asRoutine(dialect));
        assert.equal([patient.resets, patient.keys], [0, 0]);
    });

    test(`${dialect.name}: a bearer that carries nothing is taken down and up`, () => {
        const patient = new Patient(dialect, each => each.bearerDowns > asRoutine(dialect));
        assert.is(patient.connect(), 3);
        assert.equal([patient.resets, patient.keys], [0, 0]);
    });

    test(`${dialect.name}: a modem that this does not help is reset`, () => {
        const patient = new Patient(dialect, each => each.resets > 0);
        assert.is(patient.connect(), 4);
        assert.ok(patient.bearerDowns > 0, 'the weaker remedy came first');
        assert.is(patient.keys, 0);
    });

    test(`${dialect.name}: a modem that a reset does not help is restarted by its power key, which may turn it off first`, () => {
        const patient = new Patient(dialect, each => each.keys > 0);
        const attempts = patient.connect();
        assert.ok(attempts > 4, `${attempts} attempts`);
        assert.ok(patient.bearerDowns > 0 && patient.resets > 0);
    });

    test(`${dialect.name}: a modem that goes off is switched on again, and nothing else`, () => {
        const patient = new Patient(dialect);
        const { modem } = patient.rig;
        assert.is(patient.connect(), 1);
        patient.pass(5000);
        modem.stop(dialect.powerDownLine);
        patient.pass(dialect.powerDownLine ? 1000 : 45000);
        assert.ok(patient.ends.length === 1, 'its end was told');
        assert.ok(patient.connect() > 0);
        assert.equal([patient.bearerDowns, patient.resets, patient.keys], [2 * asRoutine(dialect), 0, 1]);
    });

    test(`${dialect.name}: a modem that is deaf is restarted by its power key`, () => {
        const patient = new Patient(dialect);
        const { modem } = patient.rig;
        const hear = modem.hear.bind(modem);
        modem.hear = bytes => void (patient.keys > 1 && hear(bytes));
        assert.ok(patient.connect() > 0);
        assert.ok(patient.keys > 1);
        assert.is(patient.resets, 0, 'who hears nothing is not told to reset');
    });

    test(`${dialect.name}: a deaf modem without a power key is silent each time, and is found when it hears again`, () => {
        const patient = new Patient(dialect, () => true, false);
        const { modem, transport } = patient.rig;
        const hear = modem.hear.bind(modem);
        let deaf = true;
        modem.hear = bytes => void (deaf || hear(bytes));
        assert.is(patient.connect(), 0);
        assert.equal(patient.reasons, Array.from({ length: ATTEMPTS }, () => MODEM_SILENT));
        deaf = false;
        assert.ok(patient.connect() > 0);
        transport.close();
        patient.pass(30000);
        assert.is(transport.stage, AT_REST);
    });
}

test.run();
