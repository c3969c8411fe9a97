// Espressif's AT firmware, version 2 and later, on ESP8266 and ESP32 as WiFi modems: passive receiving.
import { BEARER_LOST, CLOSED, DATA } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

const send = { command: 'AT+CIPSEND=%i,%n', expect: ['Recv %l bytes', 'SEND OK'], fail: ['SEND FAIL', 'busy %*'], seconds: 15 };
// ERROR: nothing is there.
const read = { command: 'AT+CIPRECVDATA=%i,%n', header: '+CIPRECVDATA:%n,', failsWhenEmpty: true };
const close = [{ command: 'AT+CIPCLOSE=%i', seconds: 10, tolerated: true }];
const events: Dialect['events'] = [['+IPD,%i,%n', DATA], ['%i,CLOSED', CLOSED]];

export const espAt: Dialect = {
    name: 'ESP-AT',
    models: ['AT version:2', 'AT version:3', 'AT version:4'],
    identification: 'AT+GMR',
    lineEnd: '\r\n',
    isWifi: true,
    init: [{ command: 'AT+CWMODE=1' }],
    bearer: [
        { command: 'AT+CWJAP="%a","%w"', fail: ['FAIL'], seconds: 25 },
        // It is refused while a socket is open, as one of the board's earlier life may be.
        { command: 'AT+CIPCLOSE=%i', tolerated: true },
        { command: 'AT+CIPMUX=1' },
        { command: 'AT+CIPRECVTYPE=5,1' },
    ],
    bearerDown: [{ command: 'AT+CWQAP', tolerated: true }],
    reset: [{ command: 'AT+RST', tolerated: true }],
    powerDown: [{ command: 'AT+GSLP=0', tolerated: true }],
    sendMaximum: 2048,
    readMaximum: 2048,
    tcp: {
        open: [{ command: 'AT+CIPSTART=%i,"TCP","%h",%p,60', expect: ['%i,CONNECT', 'OK'], fail: ['ALREADY CONNECTED', 'busy %*'], seconds: 60 }],
        send, read, close, events,
    },
    tls: {
        levels: [0, 2, 3],
        open: [
            { command: 'AT+CIPSSLCCONF=%i,%s,0,0' },
            { command: 'AT+CIPSSLCSNI=%i,"%h"', tolerated: true },
            { command: 'AT+CIPSTART=%i,"SSL","%h",%p,60', expect: ['%i,CONNECT', 'OK'], fail: ['ALREADY CONNECTED', 'busy %*'], seconds: 60 },
        ],
        send, read, close, events,
    },
    events: [['WIFI DISCONNECT', BEARER_LOST]],
};
