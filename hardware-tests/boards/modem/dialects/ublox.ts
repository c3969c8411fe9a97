// u-blox SARA-R4, SARA-R5, SARA-U2, LARA: AT+USO*. (SARA-R4 AT manual.) A bearer is there as soon as the modem is registered.
import { pinCount, setting } from '../common.ts';
import { open, send, take } from '../dialect.ts';
import type { Command, Dialect } from '../dialect.ts';
import type { Failure } from '../world.ts';
import type { Modem } from '../modem.ts';

/** Linux numbers: host not found, connection refused, timed out. */
const errors: Readonly<Record<Failure, number>> = { name: 4, refused: 111, timeout: 110, certificate: 103, failed: 11 };
const SOCKETS = 7;

const connected = (modem: Modem): boolean => modem.registered && (modem.cell.apn === null || modem.settings.get('apn') === modem.cell.apn);

const opening: Command = (modem, call) => {
    const id = call.number(0);
    if (modem.sockets.get(id)?.state !== 'idle') return call.cme(3);
    if (!connected(modem)) return call.cme(3);
    modem.bearer = true;
    const later = call.number(3) === 1;
    if (later) call.ok();
    const secure = modem.settings.get(`secure ${id}`) === '1';
    open(modem, id, call.values[1], call.number(2), secure, (failure) => {
        modem.lastError = failure ? errors[failure] : 0;
        if (later) modem.front.announce(`+UUSOCO: ${id},${modem.lastError}`);
        else if (failure) call.cme(3);
        else call.ok();
    });
};

const reading: Command = (modem, call) => {
    const socket = modem.sockets.get(call.number(0));
    const most = call.number(1);
    if (!socket || socket.state === 'idle' || most < 0 || most > 1024) return call.cme(3);
    if (most === 0) {
        call.line(`+USORD: ${socket.id},${socket.waiting}`);
        return call.ok();
    }
    const data = take(modem, socket, most);
    if (data.length) call.block(`\r\n+USORD: ${socket.id},${data.length},"`, data, '"\r\n');
    else call.line(`+USORD: ${socket.id},""`);
    call.ok();
};

export const ublox: Dialect = {
    name: 'ublox', manufacturer: 'u-blox', model: 'SARA-R410M-02B', revision: 'L0.0.00.00.05.06 [Feb 03 2018 13:00:41]',
    information: ['Manufacturer: u-blox', 'Model: SARA-R410M-02B', 'Revision: L0.0.00.00.05.06'],
    // It says nothing when it starts.
    bootLines: [],
    powerDownLine: '', sleepLine: '', bearerLost: '+UUPSDD: 0',
    noise: ['+UUPSMR: 0', '+CIEV: 9,2', '+CEREG: 1'],
    announces: 'always',
    dataLine: ({ id, waiting }) => `+UUSORD: ${id},${waiting}`,
    endLine: ({ id }) => `+UUSOCL: ${id}`,
    holdsEnd: true,
    commands: {
        '+UPINCNT': pinCount(left => `+UPINCNT: ${left},3,10,10`),
        '+USOCR': (modem, call) => {
            if (call.number(0) !== 6) return call.cme(4);
            for (let id = 0; id < SOCKETS; id++) {
                if (modem.sockets.has(id) && modem.sockets.get(id)!.state !== 'ended') continue;
                modem.newSocket(id, false);
                call.line(`+USOCR: ${id}`);
                return call.ok();
            }
            call.cme(3);
        },
        '+USOCO': opening,
        '+USOWR': (modem, call) => {
            const id = call.number(0);
            send(modem, call, modem.sockets.get(id), call.number(1), {
                prompt: '\r\n@', most: 1024, deaf: 50, counts: true,
                refused: each => each.cme(3),
                accepted: (each, count) => {
                    each.line(`+USOWR: ${id},${count}`);
                    each.ok();
                },
                failed: each => each.cme(3),
            });
        },
        '+USORD': reading,
        '+USOCL': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            if (!socket || socket.state === 'ended') return call.cme(3);
            if (socket.state !== 'idle') socket.close(true);
            modem.sockets.delete(socket.id);
            call.ok();
        },
        '+USOSEC': (modem, call) => {
            modem.settings.set(`secure ${call.values[0]}`, call.values[1]);
            call.ok();
        },
        '+USOCTL': (_modem, call) => {
            call.line(`+USOCTL: ${call.values[0]},${call.values[1]},4`);
            call.ok();
        },
        '+USOER': (modem, call) => {
            call.line(`+USOER: ${modem.lastError}`);
            call.ok();
        },
        '+USECPRF': setting, '+USOSO': setting, '+UPSV': setting, '+UPSD': setting, '+UDCONF': setting, '+UMNOPROF': setting, '+URAT': setting,
        '+UPSDA': (modem, call) => {
            if (call.number(1) !== 3) {
                modem.dropBearer();
                return call.ok();
            }
            modem.raiseBearer(modem.settings.get('apn') ?? '', up => up ? call.ok() : call.cme(148));
        },
        '+CPWROFF': (modem, call) => {
            call.ok();
            call.later(1000, () => modem.stop(''));
        },
    },
};
