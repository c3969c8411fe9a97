// SIMCom SIM7070, SIM7080, SIM7090: AT+CA*. (SIM7070_SIM7080_SIM7090 TCPUDP(S) application note; log of a full buffer.)
import { pinRetries, setting } from '../common.ts';
import { open, send, take } from '../dialect.ts';
import type { Command, Dialect } from '../dialect.ts';
import type { Modem } from '../modem.ts';
import type { Failure } from '../world.ts';

const errors: Readonly<Record<Failure, number>> = { name: 20, refused: 23, timeout: 27, certificate: 25, failed: 27 };

/** Firmware differs: whether `+CAOPEN` comes before OK, and whether CASEND has a line of its own. */
function newer(modem: Modem): boolean {
    const known = modem.settings.get('firmware') ?? String(modem.faults.below(2));
    modem.settings.set('firmware', known);
    return known === '1';
}

const opening: Command = (modem, call) => {
    const id = call.number(0);
    if (id < 0 || id > 12 || call.values[2] !== 'TCP') return call.error();
    const old = modem.sockets.get(id)?.state;
    if (old === 'open' || old === 'opening') return call.error();
    const early = modem.faults.below(4) === 0;
    const result = (code: number): void => {
        if (early) return modem.front.announce(`+CAOPEN: ${id},${code}`);
        call.line(`+CAOPEN: ${id},${code}`);
        call.ok();
    };
    if (early) call.ok();
    if (!modem.bearer) return result(21);
    const secure = modem.settings.get(`SSL of ${id}`) === '1';
    open(modem, id, call.values[3], call.number(4), secure, failure => result(failure ? errors[failure] : 0));
};

const receiving: Command = (modem, call) => {
    if (call.kind === 'ask') {
        for (const { id, waiting } of modem.sockets.values()) if (waiting) call.line(`+CARECV: ${id},${waiting}`);
        return call.ok();
    }
    const socket = modem.sockets.get(call.number(0));
    if (!socket || call.number(1) < 1) return call.error();
    const data = take(modem, socket, Math.min(call.number(1), 1460));
    if (data.length) call.block(`\r\n+CARECV: ${data.length},`, data, '');
    else call.line('+CARECV: 0');
    call.ok();
};

export const sim7080: Dialect = {
    name: 'sim7080', manufacturer: 'SIMCOM_Ltd', model: 'SIM7080', revision: 'Revision:1951B08SIM7080',
    information: ['SIM7080 R1951'],
    bootLines: ['RDY', '+CFUN: 1', '+CPIN: READY', 'SMS Ready'],
    powerDownLine: 'NORMAL POWER DOWN', sleepLine: '', bearerLost: '+APP PDP: 0,DEACTIVE',
    noise: ['*PSUTTZ: 26/01/02,03:04:05","+4",0', 'DST: 0', '+CTZV: 4', '*PSNWID: "262","01","net",0,"net",0'],
    announces: 'until drained',
    dataLine: ({ id }) => `+CADATAIND: ${id}`,
    endLine: ({ id }) => `+CASTATE: ${id},0`,
    commands: {
        '+CPINR': pinRetries,
        '+CNCFG': (modem, call) => {
            if (call.kind === 'set') modem.settings.set('apn', call.values[2] ?? '');
            call.ok();
        },
        '+CNACT': (modem, call) => {
            if (call.kind === 'ask') {
                call.line(`+CNACT: 0,${modem.bearer ? 1 : 0},"${modem.bearer ? '10.64.12.7' : '0.0.0.0'}"`);
                return call.ok();
            }
            call.ok();
            if (call.number(1) === 0) {
                modem.dropBearer();
                return modem.front.after(10, () => modem.front.announce('+APP PDP: 0,DEACTIVE'));
            }
            if (!modem.bearer) modem.raiseBearer(modem.settings.get('apn') ?? '', up => modem.front.announce(`+APP PDP: 0,${up ? '' : 'DE'}ACTIVE`));
        },
        '+CACID': setting,
        '+CASSLCFG': (modem, call) => {
            if (call.values[1]?.toUpperCase() === 'SSL') modem.settings.set(`SSL of ${call.values[0]}`, call.values[2]);
            call.ok();
        },
        '+CSSLCFG': setting, '+CACFG': setting, '+CASTATE': setting,
        '+CAOPEN': opening, '+CARECV': receiving,
        '+CASEND': (modem, call) => {
            const id = call.number(0);
            send(modem, call, modem.sockets.get(id), call.number(1), {
                prompt: '\r\n> ', most: 1460,
                refused: each => each.error(),
                accepted: (each, count) => {
                    if (newer(modem)) each.line(`+CASEND: ${id},0,${count}`);
                    each.ok();
                },
                failed: each => each.error(),
            });
        },
        '+CAACK': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            if (!socket) return call.error();
            call.line(`+CAACK: ${socket.sent},${socket.connection?.unsent ?? 0}`);
            call.ok();
        },
        '+CACLOSE': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            if (socket?.state !== 'open' && socket?.state !== 'opening') return call.error();
            socket.close(true);
            modem.sockets.delete(socket.id);
            call.ok();
        },
        '+CPOWD': (modem, call) => {
            call.end('');
            modem.stop('NORMAL POWER DOWN');
        },
        '+CREBOOT': (modem, call) => {
            call.ok();
            call.later(100, () => modem.restart());
        },
    },
};
