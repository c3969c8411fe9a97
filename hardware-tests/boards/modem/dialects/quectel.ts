// Quectel BG95, BG96, EC21, EC25 and relatives: AT+QI*, and AT+QSSL* for TLS. (TCP/IP and SSL application notes; BG96 log of a send.)
import type { Call } from '../call.ts';
import { accepted, pinCount, setting } from '../common.ts';
import { open, send, take } from '../dialect.ts';
import type { Command, Dialect } from '../dialect.ts';
import type { Modem } from '../modem.ts';
import type { Failure } from '../world.ts';

const errors: Readonly<Record<Failure, number>> = { name: 565, refused: 566, timeout: 569, certificate: 566, failed: 566 };
const SOCKETS = 12;

/** `id` as the call's value `index` has it, or an error. */
function socketId(call: Call, index: number): number {
    const id = call.number(index);
    if (id >= 0 && id < SOCKETS) return id;
    call.error();
    return -1;
}

function opening(modem: Modem, call: Call, id: number, host: string, port: number, secure: boolean): void {
    call.ok();
    const result = (error: number): void => {
        modem.lastError = error;
        modem.front.announce(`+${secure ? 'QSSLOPEN' : 'QIOPEN'}: ${id},${error}`);
    };
    if (modem.sockets.has(id)) return modem.front.after(1, () => result(563));
    if (!modem.bearer) return modem.front.after(1, () => result(561));
    open(modem, id, host, port, secure, failure => result(failure ? errors[failure] : 0));
}

function sending(modem: Modem, call: Call): void {
    const id = socketId(call, 0);
    if (id < 0) return;
    const socket = modem.sockets.get(id);
    if (call.number(1) === 0) {
        if (!socket) return call.error();
        const unsent = socket.connection?.unsent ?? 0;
        call.line(`+QISEND: ${socket.sent},${socket.sent - unsent},${unsent}`);
        return call.ok();
    }
    send(modem, call, socket, call.number(1), {
        prompt: '\r\n> ', most: 1460,
        refused: (each, why) => why === 'full' ? each.end('SEND FAIL') : each.error(),
        accepted: each => each.end('SEND OK'),
        failed: each => each.end('SEND FAIL'),
    });
}

function reading(modem: Modem, call: Call): void {
    const id = socketId(call, 0);
    if (id < 0) return;
    const socket = modem.sockets.get(id);
    const most = call.values.length > 1 ? call.number(1) : 1500;
    if (!socket || most < 0 || most > 1500) return call.error();
    if (most === 0 && call.name === '+QIRD') {
        call.line(`+QIRD: ${socket.received},${socket.read},${socket.waiting}`);
        return call.ok();
    }
    const data = take(modem, socket, most);
    call.block(`\r\n${call.name}: ${data.length}\r\n`, data, data.length ? '\r\n' : '');
    call.ok();
}

const closing: Command = (modem, call) => {
    const id = socketId(call, 0);
    if (id < 0) return;
    const socket = modem.sockets.get(id);
    modem.sockets.delete(id);
    if (socket?.state === 'open' || socket?.state === 'opening') socket.close(true);
    call.ok();
};

function activating(modem: Modem, call: Call): void {
    if (call.kind === 'ask') {
        if (modem.bearer) call.line('+QIACT: 1,1,1,"10.64.12.7"');
        return call.ok();
    }
    if (modem.bearer) return call.error();
    modem.raiseBearer(modem.settings.get('+QICSGP') ?? '', up => up ? call.ok() : call.error());
}

export const quectel: Dialect = {
    name: 'bg96', manufacturer: 'Quectel', model: 'BG96', revision: 'BG96MAR02A07M1G',
    tellsNoCount: '+QSSLSEND',
    information: ['Quectel', 'BG96', 'Revision: BG96MAR02A07M1G'],
    bootLines: ['RDY', 'APP RDY', '+CFUN: 1', '+CPIN: READY', '+QIND: SMS DONE'],
    powerDownLine: 'POWERED DOWN', sleepLine: 'PSM POWER DOWN', bearerLost: '+QIURC: "pdpdeact",1',
    noise: ['+QIND: "csq",21,99', '+CEREG: 5', '+QIURC: "dnsgip",0,1,600'],
    announces: 'until drained',
    dataLine: ({ id, secure }) => `+${secure ? 'QSSLURC' : 'QIURC'}: "recv",${id}`,
    endLine: ({ id, secure }) => `+${secure ? 'QSSLURC' : 'QIURC'}: "closed",${id}`,
    commands: {
        '+QPINC': pinCount(left => `+QPINC: "SC",${left},10`),
        '+QICSGP': (modem, call) => {
            modem.settings.set('+QICSGP', call.values[2] ?? '');
            call.ok();
        },
        '+QIACT': activating,
        '+QIDEACT': (modem, call) => {
            modem.dropBearer();
            modem.sockets.clear();
            call.ok();
        },
        // Context, socket, kind, host, port, local port, access mode: the buffer mode only.
        '+QIOPEN': (modem, call) => {
            const id = socketId(call, 1);
            if (id < 0) return;
            if (call.values[2] !== 'TCP' || call.number(6) > 0) return call.error();
            opening(modem, call, id, call.values[3], call.number(4), false);
        },
        '+QSSLOPEN': (modem, call) => {
            const id = socketId(call, 2);
            if (id < 0) return;
            if (call.number(5) > 0) return call.error();
            opening(modem, call, id, call.values[3], call.number(4), true);
        },
        '+QISEND': sending, '+QSSLSEND': sending, '+QIRD': reading, '+QSSLRECV': reading, '+QICLOSE': closing, '+QSSLCLOSE': closing,
        '+QISTATE': (modem, call) => {
            for (const { id, state } of modem.sockets.values()) {
                call.line(`+QISTATE: ${id},"TCP","93.184.216.34",1883,5087,${state === 'open' ? 2 : state === 'opening' ? 1 : 4},1,${id},0,"uart1"`);
            }
            call.ok();
        },
        '+QIGETERROR': (modem, call) => {
            call.line(`+QIGETERROR: ${modem.lastError},${modem.lastError ? 'socket connect failed' : 'operate successfully'}`);
            call.ok();
        },
        '+QPOWD': (modem, call) => {
            call.ok();
            call.later(500, () => modem.stop('POWERED DOWN'));
        },
        '+QSSLCFG': setting, '+QCFG': setting, '+QSCLK': setting, '+QPSMS': setting, '+QPSMEXTCFG': setting, '+QURCCFG': setting, '+QICFG': setting, '+QIDNSCFG': accepted,
    },
};
