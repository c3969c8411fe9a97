// Nordic Serial Modem on nRF9151: AT#X* with handles. (ncs-serial-modem, at_socket documentation.) A bearer is there as soon as the modem is
// registered.
import { pinCount, setting } from '../common.ts';
import { open, send, take } from '../dialect.ts';
import type { Command, Dialect } from '../dialect.ts';
import type { Modem } from '../modem.ts';

const SOCKETS = 8;
/** Of #XAPOLL. */
const IN = 1;
const HANG_UP = 16;

const connected = (modem: Modem): boolean => modem.registered && (modem.cell.apn === null || modem.settings.get('apn') === modem.cell.apn);

/** Of a secure one the tag of its certificates follows, and whether the peer is verified: 0 no, 2 always. */
const making = (secure: boolean): Command => (modem, call) => {
    if (secure && (call.number(3) < 0 || ![-1, 0, 2].includes(call.number(4)))) return call.error();
    for (let handle = 0; handle < SOCKETS; handle++) {
        if (modem.sockets.has(handle)) continue;
        modem.newSocket(handle, secure);
        call.line(`${call.name}: ${handle},1,${secure ? 258 : 6}`);
        return call.ok();
    }
    call.error();
};

const sending: Command = (modem, call) => {
    const handle = call.number(0);
    const socket = modem.sockets.get(handle);
    // 0 text, 1 hexadecimal, 2 data mode with a length.
    const mode = call.number(1);
    if (mode === 2) {
        return send(modem, call, socket, call.number(3), {
            prompt: '\r\nOK\r\n', most: 8192,
            refused: each => each.error(),
            accepted: each => each.end('#XDATAMODE: 0'),
            failed: each => each.end('#XDATAMODE: -1'),
        });
    }
    if (mode !== 0 && mode !== 1) return call.error();
    const text = call.values[3] ?? '';
    const bytes = Buffer.from(text, mode === 1 ? 'hex' : 'latin1');
    if (socket?.state !== 'open' || bytes.length === 0 || (mode === 1 && (text.length > 2800 || bytes.length * 2 !== text.length))) return call.error();
    const { faults } = modem;
    if (faults.happens('refused by a full buffer')) return call.error();
    const count = faults.happens('sent short') ? faults.below(bytes.length) : bytes.length;
    socket.transmit(bytes.subarray(0, count));
    if (faults.happens('acknowledgement lost')) return call.end('');
    const fails = faults.happens('sent and said to have failed');
    call.later(faults.happens('acknowledgement late') ? faults.between(100, 15000) : 5, () => {
        if (fails) return call.error();
        call.line(`#XSEND: ${handle},0,${count}`);
        call.ok();
    });
};

const receiving: Command = (modem, call) => {
    const socket = modem.sockets.get(call.number(0));
    if (!socket || socket.state === 'idle') return call.error();
    // Handle, mode, flags, timeout, size.
    const most = call.values.length > 4 ? call.number(4) : 1024;
    const data = take(modem, socket, Math.min(most, 2048));
    if (data.length) {
        call.block(`\r\n#XRECV: ${socket.id},0,${data.length}\r\n`, data, '');
        return call.ok();
    }
    // Nothing there yet is an error; the orderly end is no error and no bytes.
    if (socket.state === 'ended' && socket.waiting === 0) return call.ok();
    call.error();
};

export const nordic: Dialect = {
    name: 'nordic', manufacturer: 'Nordic Semiconductor ASA', model: 'nRF9151-LACA', revision: 'mfw_nrf91x1_2.0.2',
    information: ['Nordic Semiconductor ASA', 'nRF9151-LACA', 'mfw_nrf91x1_2.0.2'],
    bootLines: ['Ready'],
    powerDownLine: '', sleepLine: '', bearerLost: '+CGEV: ME PDN DEACT 0',
    noise: ['+CEREG: 5', '%CESQ: 54,2,20,3', '+CSCON: 1'],
    announces: 'until read',
    dataLine: ({ id, waiting, state }) => `#XAPOLL: ${id},${(waiting ? IN : 0) + (state === 'ended' ? HANG_UP : 0) || IN}`,
    endLine: ({ id, waiting }) => `#XAPOLL: ${id},${HANG_UP + (waiting ? IN : 0)}`,
    // Without polling nothing is announced.
    push: modem => !modem.settings.has('#XAPOLL'),
    quotesCodes: true,
    commands: {
        // Without the name of the code it is not known.
        '+CPINR': (modem, call) => call.values[0] === 'SIM PIN' ? pinCount(left => `+CPINR: "SIM PIN",${left}`)(modem, call) : call.error(),
        // Handle or nothing for all, 1 start or 0 stop, events.
        '#XAPOLL': (modem, call) => {
            if (call.number(1) === 1) modem.settings.set('#XAPOLL', call.values[2] ?? '1');
            else modem.settings.delete('#XAPOLL');
            call.ok();
        },
        '+CGACT': (modem, call) => {
            if (call.kind === 'ask') call.line(`+CGACT: 0,${connected(modem) ? 1 : 0}`);
            call.ok();
        },
        '#XSOCKET': making(false), '#XSSOCKET': making(true),
        '#XSOCKETOPT': setting, '#XSSOCKETOPT': setting,
        '#XCONNECT': (modem, call) => {
            const handle = call.number(0);
            const socket = modem.sockets.get(handle);
            if (socket?.state !== 'idle' || !connected(modem)) return call.error();
            modem.bearer = true;
            open(modem, handle, call.values[1], call.number(2), socket.secure, (failure) => {
                if (failure) return call.error();
                call.line(`#XCONNECT: ${handle},1`);
                call.ok();
            });
        },
        '#XSEND': sending, '#XRECV': receiving,
        '#XCLOSE': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            if (!socket) return call.error();
            if (socket.state === 'open' || socket.state === 'opening') socket.close(true);
            modem.sockets.delete(socket.id);
            call.line(`#XCLOSE: ${socket.id},0`);
            call.ok();
        },
        '#XRESET': (modem, call) => {
            call.ok();
            call.later(50, () => modem.restart());
        },
        '#XSHUTDOWN': (modem, call) => {
            call.ok();
            call.later(50, () => modem.stop(''));
        },
        '#XSLEEP': (modem, call) => {
            call.ok();
            call.later(50, () => modem.stop(''));
        },
        '#XSMVER': setting, '#XCMNG': setting, '%XSYSTEMMODE': setting, '%XDATAPRFL': setting, '%CMNG': setting, '%XPTW': setting,
    },
};
