// SIMCom SIM800, SIM808, SIM868, SIM900, SIM7000 and their relatives: sockets by CIPSTART.
import { BEARER_LOST, CLOSED, DATA, POWERED_DOWN } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

export const sim800: Dialect = {
    name: 'SIMCom SIM800/SIM900/SIM7000',
    // Not SIM82xx, whose sockets are those of SIM7600.
    models: ['SIM80', 'SIM84', 'SIM86', 'SIM9', 'SIM7000', 'Air7'],
    pinTries: ['AT+SPIC', '+SPIC: %r,%*'],
    init: [],
    bearer: [
        // Whatever state the sockets are in: only from its first one can they be opened.
        { command: 'AT+CIPSHUT', expect: ['SHUT OK'], seconds: 65, tolerated: true },
        { command: 'AT+CGATT=1', seconds: 75 },
        { command: 'AT+CIPMUX=1' },
        { command: 'AT+CIPQSEND=1' },
        { command: 'AT+CIPRXGET=1' },
        { command: 'AT+CSTT="%a","%u","%w"' },
        { command: 'AT+CIICR', seconds: 85 },
        // The address, and no OK.
        { command: 'AT+CIFSR', expect: ['%n.%*'] },
    ],
    bearerDown: [{ command: 'AT+CIPSHUT', expect: ['SHUT OK'], seconds: 65, tolerated: true }],
    reset: [{ command: 'AT+CFUN=1,1', seconds: 15, tolerated: true }],
    powerDown: [{ command: 'AT+CPOWD=1', expect: ['NORMAL POWER DOWN'], seconds: 10, tolerated: true }],
    sendMaximum: 1460,
    readMaximum: 1460,
    tcp: {
        open: [
            {
                command: 'AT+CIPSTART=%i,"TCP","%h",%p', expect: ['OK', '%i, CONNECT OK'],
                fail: ['%i, CONNECT FAIL', '%i, ALREADY CONNECT', 'STATE: %*'], seconds: 80,
            },
        ],
        send: { command: 'AT+CIPSEND=%i,%n', expect: ['DATA ACCEPT:%i,%l'], fail: ['%i, SEND FAIL'], seconds: 30 },
        read: { command: 'AT+CIPRXGET=2,%i,%n', header: '+CIPRXGET: 2,%i,%n,%r' },
        close: [{ command: 'AT+CIPCLOSE=%i,1', expect: ['%i, CLOSE OK'], seconds: 10, tolerated: true }],
        events: [['+CIPRXGET: 1,%i', DATA], ['%i, CLOSED', CLOSED]],
    },
    events: [['+PDP: DEACT', BEARER_LOST], ['NORMAL POWER DOWN', POWERED_DOWN], ['UNDER-VOLTAGE POWER DOWN', POWERED_DOWN]],
};
