// SIMCom SIM800, SIM900 and their clones: AT+CIP* with CIPSTART. (SIM800 TCP/IP application note; logs of sends and opens.)
// The context goes through states: initial, start (CSTT), gprs (CIICR), status (CIFSR); only in the last one sockets open.
import { accepted, pinCount, setting } from '../common.ts';
import { open, send, take } from '../dialect.ts';
import type { Command, Dialect } from '../dialect.ts';
import type { Modem } from '../modem.ts';

const STATE = 'state of the context';

const stateOf = (modem: Modem): string => modem.settings.get(STATE) ?? 'initial';

/** A step that is allowed in one state only. */
const step = (from: string, to: string): Command => (modem, call) => {
    if (stateOf(modem) !== from) return call.error();
    if (call.name === '+CSTT') modem.settings.set('+CSTT', call.values[0] ?? '');
    modem.settings.set(STATE, to);
    call.ok();
};

const starting: Command = (modem, call) => {
    const id = call.number(0);
    if (modem.settings.get('+CIPMUX') !== '1' || call.values[1] !== 'TCP' || id < 0 || id > 5) return call.error();
    if (!modem.bearer || stateOf(modem) !== 'status') return call.cme(3);
    const old = modem.sockets.get(id);
    if (old?.state === 'open' || old?.state === 'opening') {
        call.error();
        return modem.front.announce(`${id}, ALREADY CONNECT`);
    }
    call.ok();
    const secure = modem.settings.get('+CIPSSL') === '1';
    open(modem, id, call.values[2], call.number(3), secure, failure => modem.front.announce(`${id}, CONNECT ${failure ? 'FAIL' : 'OK'}`));
};

const receiving: Command = (modem, call) => {
    const mode = call.number(0);
    if (call.kind === 'set' && mode < 2) {
        modem.settings.set('+CIPRXGET', call.values[0]);
        return call.ok();
    }
    const socket = modem.sockets.get(call.number(1));
    if (modem.settings.get('+CIPRXGET') !== '1' || !socket) return call.error();
    if (mode === 4) {
        call.line(`+CIPRXGET: 4,${socket.id},${socket.waiting}`);
        return call.ok();
    }
    if (mode !== 2) return call.error();
    const data = take(modem, socket, Math.min(1460, call.number(2)));
    call.block(`\r\n+CIPRXGET: 2,${socket.id},${data.length},${socket.waiting}\r\n`, data, '');
    call.ok();
};

export const sim800: Dialect = {
    name: 'sim800', manufacturer: 'SIMCOM_Ltd', model: 'SIMCOM_SIM800L', revision: 'Revision:1418B04SIM800L24',
    information: ['SIM800 R14.18'],
    bootLines: ['RDY', '+CFUN: 1', '+CPIN: READY', 'Call Ready', 'SMS Ready'],
    powerDownLine: 'NORMAL POWER DOWN', sleepLine: '', bearerLost: '+PDP: DEACT',
    noise: ['*PSUTTZ: 2026,1,2,3,4,5,"+4",0', 'DST: 0', '+CTZV: 4', '*PSNWID: "262","01","net",0,"net",0'],
    announces: 'until drained',
    dataLine: ({ id }) => `+CIPRXGET: 1,${id}`,
    endLine: ({ id }) => `${id}, CLOSED`,
    push(modem, socket, bytes) {
        if (modem.settings.get('+CIPRXGET') === '1') return false;
        socket.take(bytes.length);
        modem.front.say(`\r\n+RECEIVE,${socket.id},${bytes.length}:\r\n`);
        modem.front.sayBytes(bytes);
        return true;
    },
    commands: {
        '+SPIC': pinCount(left => `+SPIC: ${left},3,10,10`),
        '+CIPSHUT': (modem, call) => {
            modem.dropBearer();
            modem.sockets.clear();
            modem.settings.set(STATE, 'initial');
            call.end('SHUT OK');
        },
        '+CIPMUX': (modem, call) => {
            if (call.kind === 'set' && stateOf(modem) !== 'initial') return call.error();
            setting(modem, call);
        },
        '+CIPQSEND': setting, '+CIPSSL': setting, '+CIPMODE': setting, '+CIPHEAD': setting, '+CIPTKA': accepted, '+SAPBR': accepted,
        '+CSTT': step('initial', 'start'),
        '+CIICR': (modem, call) => {
            if (stateOf(modem) !== 'start') return call.error();
            modem.raiseBearer(modem.settings.get('+CSTT') ?? '', (up) => {
                if (!up) return call.cme(148);
                modem.settings.set(STATE, 'gprs');
                call.ok();
            });
        },
        // An address, and nothing behind it.
        '+CIFSR': (modem, call) => {
            if (!modem.bearer) return call.error();
            modem.settings.set(STATE, 'status');
            call.end('10.64.12.7');
        },
        '+CIPSTART': starting,
        '+CIPSEND': (modem, call) => {
            const quick = modem.settings.get('+CIPQSEND') === '1';
            const id = call.number(0);
            send(modem, call, modem.sockets.get(id), call.number(1), {
                prompt: '\r\n> ', most: 1460,
                refused: each => each.error(),
                accepted: (each, count) => each.end(quick ? `DATA ACCEPT:${id},${count}` : `${id}, SEND OK`),
                failed: each => each.end(`${id}, SEND FAIL`),
            });
        },
        '+CIPRXGET': receiving,
        '+CIPCLOSE': (modem, call) => {
            const id = call.number(0);
            const socket = modem.sockets.get(id);
            if (socket?.state !== 'open' && socket?.state !== 'opening') return call.error();
            socket.close(true);
            modem.sockets.delete(id);
            call.end(`${id}, CLOSE OK`);
        },
        '+CIPSTATUS': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            call.line(`+CIPSTATUS: ${call.number(0)},0,"TCP","93.184.216.34","1883","${socket?.state === 'open' ? 'CONNECTED' : 'CLOSED'}"`);
            call.ok();
        },
        '+CIPACK': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            if (!socket) return call.error();
            const unsent = socket.connection?.unsent ?? 0;
            call.line(`+CIPACK: ${socket.sent},${socket.sent - unsent},${unsent}`);
            call.ok();
        },
        '+CPOWD': (modem, call) => {
            call.end('');
            modem.stop('NORMAL POWER DOWN');
        },
    },
};
