// SIMCom SIM7500, SIM7600, A7670 and relatives: AT+CIPOPEN, and AT+CCH* for TLS. (SIM7500_SIM7600 AT manual, A76xx TCP/IP note.)
import type { Call } from '../call.ts';
import { accepted, pinCount, setting } from '../common.ts';
import { open, send, take } from '../dialect.ts';
import type { Command, Dialect } from '../dialect.ts';
import type { Modem } from '../modem.ts';
import type { Failure } from '../world.ts';

const errors: Readonly<Record<Failure, number>> = { name: 11, refused: 1, timeout: 10, certificate: 1, failed: 1 };

function refuse(call: Call, code: number): void {
    call.line(`+CIPERROR: ${code}`);
    call.error();
}

/** Some firmware says OK first, some the result. Decided once for each modem. */
function urcFirst(modem: Modem): boolean {
    const known = modem.settings.get('result first') ?? String(modem.faults.below(2));
    modem.settings.set('result first', known);
    return known === '1';
}

const networkOpening: Command = (modem, call) => {
    if (call.kind === 'ask') {
        call.line(`+NETOPEN: ${modem.bearer ? 1 : 0}`);
        return call.ok();
    }
    if (modem.bearer) {
        call.line('+IP ERROR: Network is already opened');
        return call.error();
    }
    call.ok();
    modem.raiseBearer(modem.settings.get('apn') ?? '', up => modem.front.announce(`+NETOPEN: ${up ? 0 : 1}`));
};

const opening: Command = (modem, call) => {
    const id = call.number(0);
    if (id < 0 || id > 9 || call.values[1] !== 'TCP') return refuse(call, 3);
    if (!modem.bearer) return refuse(call, 2);
    const state = modem.sockets.get(id)?.state;
    if (state === 'open' || state === 'opening') {
        call.line(`+CIPOPEN: ${id},4`);
        return call.error();
    }
    const early = urcFirst(modem);
    if (!early) call.ok();
    open(modem, id, call.values[2], call.number(3), false, (failure) => {
        if (early) call.line(`+CIPOPEN: ${id},${failure ? errors[failure] : 0}`);
        else modem.front.announce(`+CIPOPEN: ${id},${failure ? errors[failure] : 0}`);
        if (early) call.ok();
    });
};

const receiving: Command = (modem, call) => {
    const mode = call.number(0);
    if (call.kind === 'set' && mode < 2) {
        modem.settings.set('+CIPRXGET', call.values[0]);
        return call.ok();
    }
    const socket = modem.sockets.get(call.number(1));
    if (!socket) return refuse(call, 4);
    if (mode === 4) {
        call.line(`+CIPRXGET: 4,${socket.id},${socket.waiting}`);
        return call.ok();
    }
    if (mode !== 2) return refuse(call, 3);
    const data = take(modem, socket, Math.min(1500, call.number(2)));
    if (data.length === 0 && modem.faults.below(2)) {
        call.line('+IP ERROR: No data');
        return call.error();
    }
    call.block(`\r\n+CIPRXGET: 2,${socket.id},${data.length},${socket.waiting}\r\n`, data, '');
    call.ok();
};

/** Kept while the service of the CCH commands runs. */
const running = 'CCH runs';

/** TLS: the end of a read is not its OK but `+CCHRECV: n,0`. */
const secureReceiving: Command = (modem, call) => {
    if (call.kind === 'ask') {
        call.line(`+CCHRECV: LEN,${modem.sockets.get(0)?.waiting ?? 0},${modem.sockets.get(1)?.waiting ?? 0}`);
        return call.ok();
    }
    const socket = modem.sockets.get(call.number(0));
    if (!socket) return call.error();
    call.ok();
    const data = take(modem, socket, Math.min(2048, call.number(1)));
    if (data.length) modem.front.say(`\r\n+CCHRECV: DATA,${socket.id},${data.length}\r\n`);
    modem.front.sayBytes(data);
    modem.front.say(`\r\n+CCHRECV: ${socket.id},0\r\n`);
};

const shut = (modem: Modem, id: number): boolean => {
    const socket = modem.sockets.get(id);
    if (socket?.state !== 'open' && socket?.state !== 'opening') return false;
    socket.close(true);
    modem.sockets.delete(id);
    return true;
};

export const sim7600: Dialect = {
    name: 'sim7600', manufacturer: 'SIMCOM INCORPORATED', model: 'SIMCOM_SIM7600E-H', revision: 'LE20B03SIM7600M22',
    tellsNoCount: '+CCHSEND',
    information: ['Manufacturer: SIMCOM INCORPORATED', 'Model: SIMCOM_SIM7600E-H', 'Revision: LE20B03SIM7600M22', 'IMEI: 490154203237518', '+GCAP: +CGSM'],
    bootLines: ['RDY', '+CPIN: READY', 'SMS DONE', 'PB DONE'],
    powerDownLine: 'NORMAL POWER DOWN', sleepLine: '', bearerLost: '+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY',
    noise: ['+CTZV: +4,0', '*PSUTTZ: 26/01/02,03:04:05","+4",0', 'DST: 0'],
    announces: 'until drained',
    dataLine: ({ id, secure }) => secure ? `+CCHEVENT: ${id},RECV EVENT` : `+CIPRXGET: 1,${id}`,
    endLine: ({ id, secure }) => secure ? `+CCH_PEER_CLOSED: ${id}` : `+IPCLOSE: ${id},1`,
    push(modem, socket, bytes) {
        const key = socket.secure ? '+CCHSET' : '+CIPRXGET';
        if (modem.settings.get(key) === (socket.secure ? '1,1' : '1')) return false;
        socket.take(bytes.length);
        if (socket.secure) {
            modem.front.say(`\r\n+CCHRECV: DATA,${socket.id},${bytes.length}\r\n`);
            modem.front.sayBytes(bytes);
            return true;
        }
        modem.front.say(`\r\nRECV FROM:93.184.216.34:1883\r\n+IPD${bytes.length}\r\n`);
        modem.front.sayBytes(bytes);
        return true;
    },
    commands: {
        '+SPIC': pinCount(left => `+SPIC: ${left},10,0,10`),
        '+CIPMODE': setting, '+CIPSENDMODE': setting, '+CIPTIMEOUT': setting, '+CIPCCFG': setting, '+CIPHEAD': setting, '+CIPSRIP': setting, '+CDNSCFG': accepted, '+CSOCKSETPN': setting,
        '+NETOPEN': networkOpening,
        '+NETCLOSE': (modem, call) => {
            if (!modem.bearer) return refuse(call, 2);
            modem.dropBearer();
            call.ok();
            modem.front.after(20, () => modem.front.announce('+NETCLOSE: 0'));
        },
        '+CIPRXGET': receiving, '+CIPOPEN': opening,
        '+CIPSEND': (modem, call) => {
            const id = call.number(0);
            send(modem, call, modem.sockets.get(id), call.number(1), {
                prompt: '\r\n>', most: 1500, counts: true,
                refused: (each, why) => refuse(each, why === 'closed' ? 4 : why === 'length' ? 3 : 8),
                accepted: (each, count, asked) => {
                    each.ok();
                    modem.front.after(modem.faults.happens('acknowledgement late') ? modem.faults.between(100, 15000) : 5, () => modem.front.announce(`+CIPSEND: ${id},${asked},${count}`));
                },
                failed: (each) => {
                    each.line(`+CIPERROR: 4`);
                    each.error();
                },
            });
        },
        '+CIPCLOSE': (modem, call) => {
            if (call.kind === 'ask') {
                call.line(`+CIPCLOSE: ${Array.from({ length: 10 }, (_, id) => modem.sockets.get(id)?.state === 'open' ? 1 : 0).join()}`);
                return call.ok();
            }
            const id = call.number(0);
            if (!shut(modem, id)) return refuse(call, 4);
            call.ok();
            modem.front.after(10, () => modem.front.announce(`+CIPCLOSE: ${id},0`));
        },
        // How results and bytes are told is settled before the service starts.
        '+CCHSET': (modem, call) => modem.settings.has(running) ? call.error() : setting(modem, call),
        '+CCHSSLCFG': setting,
        // Each by its name: AT+CSSLCFG="authmode",0,1.
        '+CSSLCFG': (modem, call) => {
            modem.settings.set(`+CSSLCFG ${call.values[0]}`, call.values.slice(2).join());
            call.ok();
        },
        '+CCHSTART': (modem, call) => {
            if (modem.settings.has(running)) return call.error();
            call.ok();
            if (modem.registered) {
                modem.bearer = true;
                modem.settings.set(running, '');
            }
            modem.front.after(20, () => modem.front.announce(`+CCHSTART: ${modem.bearer ? 0 : 1}`));
        },
        '+CCHSTOP': (modem, call) => {
            if (!modem.settings.delete(running)) return call.error();
            for (const socket of modem.sockets.values()) if (socket.secure) shut(modem, socket.id);
            call.ok();
            modem.front.after(20, () => modem.front.announce('+CCHSTOP: 0'));
        },
        '+CCHOPEN': (modem, call) => {
            const id = call.number(0);
            const state = modem.sockets.get(id)?.state;
            if (id < 0 || id > 1 || !modem.bearer || !modem.settings.has(running) || state === 'open' || state === 'opening') return call.error();
            call.ok();
            open(modem, id, call.values[1], call.number(2), call.number(3) !== 1, failure => modem.front.announce(`+CCHOPEN: ${id},${failure ? errors[failure] : 0}`));
        },
        '+CCHSEND': (modem, call) => {
            const id = call.number(0);
            send(modem, call, modem.sockets.get(id), call.number(1), {
                prompt: '\r\n>', most: 2048,
                refused: each => each.error(),
                accepted: (each) => {
                    each.ok();
                    modem.front.after(5, () => modem.front.announce(`+CCHSEND: ${id},0`));
                },
                failed: each => each.error(),
            });
        },
        '+CCHRECV': secureReceiving,
        '+CCHCLOSE': (modem, call) => {
            const id = call.number(0);
            if (!shut(modem, id)) return call.error();
            call.ok();
            modem.front.after(10, () => modem.front.announce(`+CCHCLOSE: ${id},0`));
        },
        '+CPOF': (modem, call) => {
            call.ok();
            call.later(500, () => modem.stop('NORMAL POWER DOWN'));
        },
        '+CRESET': (modem, call) => {
            call.ok();
            call.later(100, () => modem.restart());
        },
    },
};
