// Espressif ESP-AT: a WiFi modem. (ESP-AT user guide, TCP/IP and Wi-Fi commands; logs of data before a send's end and of `busy`.)
import { accepted, setting } from '../common.ts';
import { open, send, take } from '../dialect.ts';
import type { Command, Dialect } from '../dialect.ts';

const SOCKETS = 5;

const joining: Command = (modem, call) => {
    if (call.kind === 'ask') {
        call.line(modem.bearer ? `+CWJAP:"${modem.settings.get('ssid')}","00:11:22:33:44:55",6,-60` : 'No AP');
        return call.ok();
    }
    const [name = '', password = ''] = call.values;
    modem.settings.set('ssid', name);
    call.later(1000, () => {
        // 1 timed out, 2 wrong password, 3 no such network.
        const here = modem.registered && (modem.cell.apn === null || modem.cell.apn === name);
        const right = modem.cell.password === null || modem.cell.password === password;
        if (here && right) {
            modem.bearer = true;
            call.bareLine('WIFI CONNECTED');
            call.bareLine('WIFI GOT IP');
            return call.ok();
        }
        call.bareLine(`+CWJAP:${here ? 2 : 3}`);
        call.end('FAIL');
    });
};

const opening: Command = (modem, call) => {
    const id = call.number(0);
    if (modem.settings.get('+CIPMUX') !== '1' || id < 0 || id >= SOCKETS || !['TCP', 'SSL'].includes(call.values[1])) return call.error();
    const state = modem.sockets.get(id)?.state;
    if (state === 'open' || state === 'opening') {
        call.bareLine('ALREADY CONNECTED');
        return call.error();
    }
    if (!modem.bearer) {
        call.bareLine('no ip');
        return call.error();
    }
    open(modem, id, call.values[2], call.number(3), call.values[1] === 'SSL', (failure) => {
        call.bareLine(`${id},${failure ? 'CLOSED' : 'CONNECT'}`);
        if (failure) call.error();
        else call.ok();
    });
};

export const espAt: Dialect = {
    name: 'esp-at', manufacturer: 'Espressif', model: 'ESP32C3-4MB', revision: 'AT version:2.4.0.0(4c6eb5e - ESP32C3 - May 20 2022 03:12:58)',
    information: ['Espressif'], strict: true, wifi: true,
    bootLines: ['ready'],
    powerDownLine: '', sleepLine: '', bearerLost: 'WIFI DISCONNECT',
    noise: ['WIFI GOT IP', '+STA_CONNECTED:"00:11:22:33:44:55"', '+TIME_UPDATED'],
    announces: 'always',
    dataLine: ({ id, waiting }) => `+IPD,${id},${waiting}`,
    endLine: ({ id }) => `${id},CLOSED`,
    bareEnd: true, holdsEnd: true,
    push(modem, socket, bytes) {
        if (modem.settings.get(`passive ${socket.id}`) === '1') return false;
        socket.take(bytes.length);
        modem.front.say(`\r\n+IPD,${socket.id},${bytes.length}:`);
        modem.front.sayBytes(bytes);
        return true;
    },
    commands: {
        '+GMR': (modem, call) => {
            call.bareLine(modem.dialect.revision);
            call.bareLine('SDK version:v4.3.2');
            call.bareLine('Bin version:2.4.0(MINI-1)');
            call.ok();
        },
        '+RST': (modem, call) => {
            call.ok();
            modem.restart();
        },
        '+RESTORE': (modem, call) => {
            call.ok();
            modem.restart();
        },
        '+CWMODE': setting, '+CWQAP': (modem, call) => {
            call.ok();
            modem.loseBearer();
        },
        '+CWJAP': joining, '+CWSTATE': accepted, '+CWAUTOCONN': setting, '+CWRECONNCFG': setting, '+CWDHCP': setting, '+SYSSTORE': setting, '+SLEEP': setting, '+CWLAPOPT': setting,
        '+SYSLOG': setting, '+CIPDNS': setting, '+CIPSNTPCFG': setting, '+UART_CUR': setting, '+CIPDINFO': setting,
        '+CIFSR': (modem, call) => {
            call.bareLine(`+CIFSR:STAIP,"${modem.bearer ? '192.168.4.7' : '0.0.0.0'}"`);
            call.ok();
        },
        '+CIPMUX': (modem, call) => {
            if (call.kind === 'set' && [...modem.sockets.values()].some(({ state }) => state === 'open')) {
                call.bareLine('link is builded');
                return call.error();
            }
            setting(modem, call);
        },
        // Link 5 is all of them; without multiple connections there is no link but the mode.
        '+CIPRECVTYPE': (modem, call) => {
            for (let id = 0; id < SOCKETS; id++) if (call.number(0) === id || call.number(0) === SOCKETS) modem.settings.set(`passive ${id}`, call.values[1]);
            call.ok();
        },
        '+CIPRECVMODE': (modem, call) => {
            for (let id = 0; id < SOCKETS; id++) modem.settings.set(`passive ${id}`, call.values[0]);
            call.ok();
        },
        '+CIPSSLCCONF': setting, '+CIPSSLCSNI': setting,
        '+CIPSTART': opening,
        '+CIPSEND': (modem, call) => {
            send(modem, call, modem.sockets.get(call.number(0)), call.number(1), {
                prompt: '\r\nOK\r\n\r\n>', most: 8192,
                refused: (each, why) => {
                    if (why === 'closed') each.bareLine('link is not valid');
                    each.error();
                },
                accepted: (each, count) => {
                    modem.front.say(`\r\nRecv ${count} bytes\r\n`);
                    modem.onGap('inside the reply');
                    each.end('SEND OK');
                },
                failed: each => each.end('SEND FAIL'),
            });
        },
        '+CIPRECVDATA': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            const data = socket ? take(modem, socket, Math.max(0, call.number(1))) : new Uint8Array(0);
            if (data.length === 0) return call.error();
            call.block(`+CIPRECVDATA:${data.length},`, data, '');
            call.ok();
        },
        '+CIPRECVLEN': (modem, call) => {
            call.bareLine(`+CIPRECVLEN:${Array.from({ length: SOCKETS }, (_, id) => modem.sockets.get(id)?.waiting ?? -1).join()}`);
            call.ok();
        },
        '+CIPCLOSE': (modem, call) => {
            const socket = modem.sockets.get(call.number(0));
            if (socket?.state !== 'open' && socket?.state !== 'opening') {
                call.bareLine('UNLINK');
                return call.error();
            }
            socket.close(true);
            modem.sockets.delete(socket.id);
            call.bareLine(`${socket.id},CLOSED`);
            call.ok();
        },
        '+CIPSTATUS': (modem, call) => {
            call.bareLine(`STATUS:${modem.bearer ? 2 : 5}`);
            call.ok();
        },
        '+CIPSTATE': accepted,
        '+GSLP': (modem, call) => {
            const ms = call.number(0);
            call.ok();
            modem.sleep(ms);
        },
    },
};
