// u-blox SARA-R4, SARA-R5, SARA-U2, LARA-R2: sockets by USOCR, numbered by the modem.
import { BEARER_LOST, CLOSED, DATA } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

const send = { command: 'AT+USOWR=%i,%n', expect: ['+USOWR: %i,%l', 'OK'], seconds: 120 };
const read = { command: 'AT+USORD=%i,%n', header: '+USORD: %i,%n,"', trailer: '"', empty: '+USORD: %i,""' };
const close = [{ command: 'AT+USOCL=%i', seconds: 120, tolerated: true }];
const events: Dialect['events'] = [['+UUSORD: %i,%n', DATA], ['+UUSOCL: %i', CLOSED]];
const create = { command: 'AT+USOCR=6', expect: ['+USOCR: %I', 'OK'] };
// Asynchronous: the other form blocks the line for up to two minutes.
const connect = { command: 'AT+USOCO=%i,"%h",%p,1', expect: ['OK', '+UUSOCO: %i,%z'], seconds: 130 };

export const ublox: Dialect = {
    name: 'u-blox SARA/LARA',
    models: ['SARA-', 'LARA-', 'TOBY-'],
    prompt: '@',
    promptDelay: 50,
    pinTries: ['AT+UPINCNT', '+UPINCNT: %r,%*'],
    init: [],
    bearer: [
        { command: 'AT+CGDCONT=1,"IP","%a"' },
        { command: 'AT+UAUTHREQ=1,1,"%U","%w"', tolerated: true },
        { command: 'AT+CGATT=1', seconds: 75, tolerated: true },
        { command: 'AT+CGACT=1,1', seconds: 150, tolerated: true },
        { command: 'AT+CGACT?', expect: ['+CGACT: 1,1', 'OK'], asks: true },
    ],
    bearerDown: [{ command: 'AT+CGATT=0', seconds: 40, tolerated: true }],
    reset: [{ command: 'AT+CFUN=15', seconds: 15, tolerated: true }],
    powerDown: [{ command: 'AT+CPWROFF', seconds: 40, tolerated: true }],
    sendMaximum: 1024,
    readMaximum: 1024,
    tcp: { open: [create, connect], send, read, close, events },
    tls: {
        levels: [0, 1, 1],
        open: [
            { command: 'AT+USECPRF=0' },
            { command: 'AT+USECPRF=0,0,%s' },
            { command: 'AT+USECPRF=0,1,3' },
            { command: 'AT+USECPRF=0,3,"%c"' },
            { command: 'AT+USECPRF=0,4,"%h"' },
            { command: 'AT+USECPRF=0,5,"%C"', tolerated: true },
            { command: 'AT+USECPRF=0,6,"%K"', tolerated: true },
            { command: 'AT+USECPRF=0,10,"%h"', tolerated: true },
            create,
            { command: 'AT+USOSEC=%i,1,0' },
            connect,
        ],
        send, read, close, events,
    },
    events: [['+UUPSDD: %*', BEARER_LOST]],
};
