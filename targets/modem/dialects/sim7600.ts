// SIMCom SIM7500, SIM7600, A76xx: sockets by CIPOPEN, TLS by CCHOPEN.
import { BEARER_LOST, CLOSED, DATA } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

export const sim7600: Dialect = {
    name: 'SIMCom SIM7600/A76xx',
    models: ['SIMCOM_SIM7', 'SIM75', 'SIM76', 'A76'],
    init: [],
    bearer: [
        { command: 'AT+CGDCONT=1,"IP","%a"' },
        { command: 'AT+CGAUTH=1,1,"%w","%U"', tolerated: true },
        { command: 'AT+CIPMODE=0', tolerated: true },
        { command: 'AT+CIPSENDMODE=0', tolerated: true },
        { command: 'AT+CIPTIMEOUT=75000,15000,15000', tolerated: true },
        // An ERROR: it is open already.
        { command: 'AT+NETOPEN', expect: ['OK', '+NETOPEN: %z'], seconds: 120, tolerated: true },
        { command: 'AT+NETOPEN?', expect: ['+NETOPEN: 1%*', 'OK'], asks: true },
        { command: 'AT+CIPRXGET=1' },
    ],
    bearerDown: [{ command: 'AT+NETCLOSE', expect: ['OK', '+NETCLOSE: %z'], seconds: 120, tolerated: true }],
    reset: [{ command: 'AT+CRESET', tolerated: true }],
    powerDown: [{ command: 'AT+CPOF', tolerated: true }],
    nameError: 11,
    sendMaximum: 1500,
    readMaximum: 1460,
    tcp: {
        open: [{ command: 'AT+CIPOPEN=%i,"TCP","%h",%p', expect: ['OK', '+CIPOPEN: %i,%z'], seconds: 120 }],
        send: { command: 'AT+CIPSEND=%i,%n', expect: ['OK', '+CIPSEND: %i,%n,%l'], seconds: 30 },
        read: { command: 'AT+CIPRXGET=2,%i,%n', header: '+CIPRXGET: 2,%i,%n,%r', empty: '+IP ERROR: No data', failsWhenEmpty: true },
        close: [{ command: 'AT+CIPCLOSE=%i', expect: ['OK', '+CIPCLOSE: %i,%*'], seconds: 120, tolerated: true }],
        events: [['+CIPRXGET: 1,%i', DATA], ['+IPCLOSE: %i,%*', CLOSED], ['+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY', BEARER_LOST]],
    },
    events: [],
};
