// What stops a modem has a name, and is told within its deadline: SIM, PIN, network, access point name, module, line. In virtual time.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
    BEARER_FAILED, CONNECTION_LOST, CONNECT_FAILED, MODEM_SILENT, NAME_NOT_RESOLVED, NO_COVERAGE, REGISTRATION_DENIED, SIM_LOCKED, SIM_MISSING, TLS_FAILED, WRONG_MODEM,
} from '../../src/reasons.ts';
import { Attempt, silent } from '../boards/modem/attempt.ts';
import { dialectNamed, dialects } from '../boards/modem/dialects/index.ts';
import { drivers } from '../boards/modem/drivers.ts';
import type { Sim } from '../boards/modem/modem.ts';
import type { Failure } from '../boards/modem/world.ts';

const cellular = dialects.filter(({ wifi }) => !wifi);
const bg96 = dialectNamed('bg96')!;

test('sim7600: what is verified with TLS is what there are files for, and bytes are asked for, also after the modem has started anew', () => {
    for (const [tls, mode] of [
        [{ acceptAnyCertificate: true }, '0'], [{ ca: 'ca.pem' }, '1'], [{ ca: 'ca.pem', certificate: 'node.pem', key: 'node.key' }, '2'],
    ] as const) {
        const attempt = new Attempt(dialectNamed('sim7600')!, { transport: { tls } });
        for (let round = 0; round < 2; round++) {
            assert.is(attempt.open(60), 0);
            const { settings } = attempt.rig.modem;
            assert.equal(['authmode', 'cacert', 'clientcert', 'clientkey'].map(name => settings.get(`+CSSLCFG ${name}`)), [
                mode, 'ca' in tls ? tls.ca : undefined, 'key' in tls ? tls.certificate : undefined, 'key' in tls ? tls.key : undefined,
            ]);
            assert.is(settings.get('+CCHSET'), '1,1');
            attempt.rig.modem.restart();
            attempt.rig.clock.pass(attempt.rig.clock.time + 30000, () => false);
        }
    }
});

test('sim7600: a service of TLS that hands out bytes unasked is started again once the modem seems to have started', () => {
    const attempt = new Attempt(dialectNamed('sim7600')!, { transport: { tls: { ca: 'ca.pem' } } });
    assert.is(attempt.open(60), 0);
    const { modem, clock } = attempt.rig;
    modem.settings.delete('+CCHSET');
    // What it hands out may be a line that looks like that of a start.
    modem.front.announce('RDY');
    clock.pass(clock.time + 10000, () => false);
    assert.is(attempt.open(60), 0);
    assert.is(modem.settings.get('+CCHSET'), '1,1');
});

test('a Quectel whose context comes up by other commands is a wrong modem, and named', () => {
    for (const model of ['Quectel_BC66', 'Quectel_BC26', 'Quectel_BC660K-GL']) {
        const attempt = new Attempt({ ...dialectNamed('bg96')!, model }, {});
        assert.is(attempt.open(60), WRONG_MODEM, model);
        assert.is(attempt.rig.transport.model, model);
    }
});

for (const dialect of dialects) {
    test(`${dialect.name}: all is well, and the modem knows every command`, () => {
        const attempt = new Attempt(dialect, {});
        assert.is(attempt.open(30), 0);
        attempt.rig.transport.close();
        attempt.rig.transport.powerDown();
        attempt.rig.clock.pass(attempt.rig.clock.time + 20000, () => attempt.rig.modem.power === 'off');
        assert.is(attempt.rig.modem.power, 'off', 'powerDown switches it off');
        // What a firmware may lack.
        attempt.rig.modem.unknown.delete('+CMEE');
        assert.equal([...attempt.rig.modem.unknown], []);
    });

    if (drivers[dialect.name].tls) {
        test(`${dialect.name}: with TLS the modem knows every command, too`, () => {
            const tls = { ca: '16842753', certificate: 'node.pem', key: 'node.key' };
            const attempt = new Attempt(dialect, { transport: { tls } });
            assert.is(attempt.open(60), 0);
            attempt.rig.modem.unknown.delete('+CMEE');
            assert.equal([...attempt.rig.modem.unknown], []);
            assert.ok([...attempt.rig.modem.sockets.values()].every(({ secure }) => secure));
        });
    }

    test(`${dialect.name}: no network gives an address under this name`, () => {
        const attempt = new Attempt(dialect, { modem: { cell: { apn: 'another' } } });
        assert.is(attempt.open(180), BEARER_FAILED);
    });

    test(`${dialect.name}: nobody listens`, () => {
        assert.is(new Attempt(dialect, { server: () => 'refused' }).open(180), CONNECT_FAILED);
    });

    test(`${dialect.name}: the modem is another one`, () => {
        for (const other of dialects) {
            if (other === dialect) continue;
            const attempt = new Attempt(other, { transport: { dialect: drivers[dialect.name] }, hasPowerKey: false });
            // ESP-AT hears no command that ends with CR alone.
            assert.is(attempt.open(60), other.wifi ? MODEM_SILENT : WRONG_MODEM, other.name);
        }
    });

    test(`${dialect.name}: no modem is there`, () => {
        assert.is(new Attempt(dialect, { modem: { off: true }, hasPowerKey: false }).open(20), MODEM_SILENT);
    });

    test(`${dialect.name}: a modem that is switched off is switched on`, () => {
        assert.is(new Attempt(dialect, { modem: { off: true } }).open(60), 0);
    });
}

for (const dialect of cellular) {
    test(`${dialect.name}: no SIM`, () => {
        assert.is(new Attempt(dialect, { modem: { sim: { state: 'absent' } } }).open(60), SIM_MISSING);
    });

    test(`${dialect.name}: a SIM that does not work`, () => {
        assert.is(new Attempt(dialect, { modem: { sim: { state: 'failure' } } }).open(60), SIM_MISSING);
    });

    test(`${dialect.name}: a SIM that takes its time`, () => {
        const attempt = new Attempt(dialect, { modem: { sim: { state: 'failure' } } });
        attempt.rig.clock.after(8000, () => {
            attempt.rig.modem.sim.state = 'ready';
        });
        assert.is(attempt.open(60), 0);
    });

    test(`${dialect.name}: a wrong PIN is tried once, however often one connects`, () => {
        const attempt = new Attempt(dialect, { modem: { sim: { state: 'pin', pin: '1234' } }, transport: { pin: '4321' } });
        for (let round = 0; round < 8; round++) assert.is(attempt.open(120), SIM_LOCKED);
        assert.is(attempt.rig.modem.sim.attempts, 2);
    });

    test(`${dialect.name}: a wrong PIN is tried once, however often the board starts anew`, () => {
        const card: Partial<Sim> = { state: 'pin', pin: '1234' };
        for (let start = 0; start < 5; start++) {
            const attempt = new Attempt(dialect, { modem: { sim: card }, transport: { pin: '4321' } });
            for (let round = 0; round < 3; round++) assert.is(attempt.open(120), SIM_LOCKED);
            card.attempts = attempt.rig.modem.sim.attempts;
            assert.is(card.attempts, 2);
        }
        // The right one in its program is not tried either, until it was entered elsewhere.
        assert.is(new Attempt(dialect, { modem: { sim: card }, transport: { pin: '1234' } }).open(60), SIM_LOCKED);
    });

    test(`${dialect.name}: a modem that cannot tell how many tries are left gets its PIN`, () => {
        const commands = Object.fromEntries(Object.entries(dialect.commands).filter(([name]) => !/^\+(?:CPINR|QPINC|UPINCNT|SPIC)$/.test(name)));
        const attempt = new Attempt({ ...dialect, commands }, { modem: { sim: { state: 'pin', attempts: 2 } }, transport: { pin: '1234' } });
        assert.is(attempt.open(60), 0);
        assert.is(attempt.rig.modem.sim.attempts, 3);
        assert.ok(attempt.rig.modem.unknown.has('+CPINR'));
    });

    test(`${dialect.name}: the modem is tied to another card or network, and says so at once`, () => {
        for (const tie of ['PH-SIM PIN', 'PH-NET PIN', 'PH-FSIM PUK', 'PH_SIM PIN', 5, 7, 40, 47]) {
            const attempt = new Attempt(dialect, { modem: { sim: { state: 'tied', tie } }, transport: { pin: '1234' } });
            assert.is(attempt.open(10), SIM_LOCKED, String(tie));
        }
    });

    test(`${dialect.name}: a PIN is wanted and none is known`, () => {
        const attempt = new Attempt(dialect, { modem: { sim: { state: 'pin' } } });
        assert.is(attempt.open(60), SIM_LOCKED);
        assert.is(attempt.rig.modem.sim.attempts, 3);
    });

    test(`${dialect.name}: the right PIN, and again after a restart`, () => {
        const attempt = new Attempt(dialect, { modem: { sim: { state: 'pin' } }, transport: { pin: '1234' } });
        assert.is(attempt.open(60), 0);
        attempt.rig.modem.restart();
        attempt.rig.transport.close();
        // A modem that says nothing when it starts is found out by the command that it does not answer.
        if (attempt.open(180) !== 0) assert.is(attempt.open(60), 0);
        assert.is(attempt.rig.modem.sim.attempts, 3);
    });

    test(`${dialect.name}: a PUK is wanted`, () => {
        let said = '';
        const onTraffic = (toModem: boolean, bytes: Uint8Array): void => void (toModem && (said += Buffer.from(bytes).toString('latin1')));
        const attempt = new Attempt(dialect, { modem: { sim: { state: 'puk' }, onTraffic }, transport: { pin: '12345678' } });
        assert.is(attempt.open(60), SIM_LOCKED);
        assert.not.match(said, 'CPIN=', 'a PIN in the place of a PUK counts as a wrong one');
    });

    test(`${dialect.name}: the network refuses the SIM`, () => {
        assert.is(new Attempt(dialect, { modem: { cell: { status: 3 } } }).open(60), REGISTRATION_DENIED);
    });

    test(`${dialect.name}: the network refuses the SIM, and the other kind of network is not there`, () => {
        for (const gprs of [0, 4]) assert.is(new Attempt(dialect, { modem: { cell: { status: 3, gprs } } }).open(60), REGISTRATION_DENIED);
        const attempt = new Attempt(dialect, { modem: { cell: { status: 3, gprs: 2 } }, transport: { registrationTimeout: 30000 } });
        assert.is(attempt.open(40), NO_COVERAGE, 'while one is looked for nothing is certain');
    });

    test(`${dialect.name}: no coverage`, () => {
        assert.is(new Attempt(dialect, { modem: { cell: { status: 2 } }, transport: { registrationTimeout: 30000 } }).open(40), NO_COVERAGE);
    });

    test(`${dialect.name}: no coverage, and an attempt later there is`, () => {
        const attempt = new Attempt(dialect, { modem: { cell: { delay: 50000 } }, transport: { registrationTimeout: 30000 } });
        assert.is(attempt.open(40), NO_COVERAGE);
        assert.is(attempt.open(40), 0, 'it has as long as the first');
    });
}

test('relatives of a modem that have other commands are others', () => {
    for (const [name, model, others] of [
        ['sim7080', 'SIMCOM_SIM7080', ['sim7600', 'sim800']], ['sim800', 'SIMCOM_SIM7000E', ['sim7600', 'sim7080']], ['sim7600', 'SIMCOM_SIM8200EA-M2', ['sim800']],
    ] as const) {
        const dialect = { ...dialectNamed(name)!, model };
        for (const other of others) assert.is(new Attempt(dialect, { transport: { dialect: drivers[other] } }).open(60), WRONG_MODEM, `${model} by ${other}`);
        if (name !== 'sim7600') assert.is(new Attempt(dialect, {}).open(60), 0, model);
    }
});

test('the modem is named in the error of a wrong one', () => {
    const attempt = new Attempt(dialectNamed('sim7600')!, { transport: { dialect: drivers.bg96 } });
    assert.is(attempt.open(60), WRONG_MODEM);
    assert.is(attempt.rig.transport.model, 'SIMCOM_SIM7600E-H');
});

test('a network with another password', () => {
    const attempt = new Attempt(dialectNamed('esp-at')!, { modem: { cell: { password: 'right' } }, transport: { password: 'wrong' } });
    assert.is(attempt.open(60), BEARER_FAILED);
});

test('a network whose name and password have what would end a text', () => {
    const apn = 'attic, left';
    const password = '50% of "\\"';
    assert.is(new Attempt(dialectNamed('esp-at')!, { modem: { cell: { apn, password } }, transport: { apn, password } }).open(60), 0);
});

test('a name that nobody knows, where the modem says so', () => {
    const server = (): Failure => 'name';
    for (const name of ['bg96', 'sim7600', 'sim7080']) assert.is(new Attempt(dialectNamed(name)!, { server }).open(180), NAME_NOT_RESOLVED, name);
});

for (const dialect of dialects) {
    test(`${dialect.name}: a modem at another speed is found by trying`, () => {
        const attempt = new Attempt(dialect, { modem: { baud: 9600 }, transport: { otherBauds: [57600, 9600] } });
        assert.is(attempt.open(60), 0);
        assert.is(attempt.rig.line.hostBaud, 9600);
    });

    test(`${dialect.name}: a modem at a speed that is not tried is silent`, () => {
        assert.is(new Attempt(dialect, { modem: { baud: 9600 }, transport: { otherBauds: [57600] }, hasPowerKey: false }).open(30), MODEM_SILENT);
    });

    test(`${dialect.name}: a line full of garbage is a silent modem`, () => {
        const attempt = new Attempt(dialect, { modem: { off: true }, hasPowerKey: false });
        const { clock, port } = attempt.rig;
        let state = 1;
        const noise = (): void => {
            state = Math.imul(state, 0x41c64e6d) + 12345 | 0;
            port.receive(Uint8Array.of(state >>> 16 & 0xff));
            clock.after(3, noise);
        };
        noise();
        assert.is(attempt.open(60), MODEM_SILENT);
    });

    if (drivers[dialect.name].tls) {
        test(`${dialect.name}: with TLS, a broker whose certificate is not trusted`, () => {
            assert.is(new Attempt(dialect, { transport: { tls: { ca: '16842753' } }, server: () => 'certificate' }).open(180), TLS_FAILED);
        });
    }
}

test('a modem that has silently lost a setting gets it again after connections that bring nothing', () => {
    for (const [name, setting, tls] of [['esp-at', 'passive 0'], ['sim800', '+CIPRXGET'], ['sim7600', '+CIPRXGET'], ['sim7600', '+CCHSET', 'TLS']]) {
        const got = { bytes: 0 };
        const attempt = new Attempt(dialectNamed(name)!, {
            transport: tls ? { tls: { acceptAnyCertificate: true } } : {},
            server: (peer) => {
                attempt.rig.clock.after(200, () => peer.write(Uint8Array.of(0x20, 2, 0, 0)));
                return silent;
            },
        });
        const { clock, modem, transport } = attempt.rig;
        assert.is(attempt.open(60), 0, name);
        transport.close();
        modem.settings.delete(setting);
        for (let round = 0; round < 5 && got.bytes === 0; round++) {
            transport.open({ onOpen: () => {}, onBytes: (_bytes, start, end) => void (got.bytes += end - start), onWritable: () => {}, onClose: () => {} });
            clock.pass(clock.time + 60000, () => got.bytes > 0);
            transport.close();
        }
        assert.is(got.bytes, 4, name);
    }
});

test('the peer goes without a word', () => {
    const attempt = new Attempt(bg96, { server: (peer) => {
        attempt.rig.clock.after(500, () => peer.close(true));
        return silent;
    } });
    let reason = -1;
    attempt.rig.transport.open({ onOpen: () => {}, onBytes: () => {}, onWritable: () => {}, onClose: (why) => {
        reason = why;
    } });
    attempt.rig.clock.pass(30000, () => reason >= 0);
    assert.is(reason, CONNECTION_LOST);
});

test.run();
