// Quectel BG95, BG96, BG77, EC2x, EG9x: sockets by QIOPEN, TLS by QSSLOPEN. Not BC26 and BC66: their sockets are these, but nothing that is
// known of them has QIACT and QICSGP (their context comes up by itself, or by QGACT and QCGDEFCONT).
import { BEARER_LOST, CLOSED, DATA, POWERED_DOWN } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

export const quectel: Dialect = {
    name: 'Quectel BG9x/EC2x',
    models: ['BG9', 'BG7', 'EC2', 'EG9', 'EG2'],
    pinTries: ['AT+QPINC="SC"', '+QPINC: "SC",%r,%*'],
    init: [],
    bearer: [
        { command: 'AT+QICSGP=1,1,"%a","%u","%w",0' },
        // An ERROR: it is active already.
        { command: 'AT+QIACT=1', seconds: 150, tolerated: true },
        { command: 'AT+QIACT?', expect: ['+QIACT: 1,1,%*', 'OK'], asks: true },
    ],
    bearerDown: [{ command: 'AT+QIDEACT=1', seconds: 40, tolerated: true }],
    reset: [{ command: 'AT+CFUN=1,1', seconds: 15, tolerated: true }],
    powerDown: [{ command: 'AT+QPOWD=1', seconds: 40, tolerated: true }],
    nameError: 565,
    sendMaximum: 1460,
    readMaximum: 1500,
    tcp: {
        open: [{ command: 'AT+QIOPEN=1,%i,"TCP","%h",%p,0,0', expect: ['OK', '+QIOPEN: %i,%z'], seconds: 150 }],
        send: { command: 'AT+QISEND=%i,%n', expect: ['SEND OK'], fail: ['SEND FAIL'], seconds: 30 },
        count: { command: 'AT+QISEND=%i,0', expect: ['+QISEND: %t,%n,%n', 'OK'], asks: true },
        read: { command: 'AT+QIRD=%i,%n', header: '+QIRD: %n', emptyLine: true },
        // Also after the peer has closed it and after an open that failed: until then its number is in use.
        close: [{ command: 'AT+QICLOSE=%i', seconds: 15, tolerated: true }],
        events: [
            ['+QIURC: "recv",%i', DATA], ['+QIURC: "recv",%i,%n', DATA], ['+QIURC: "closed",%i', CLOSED], ['+QIURC: "pdpdeact",%*', BEARER_LOST],
        ],
    },
    tls: {
        open: [
            { command: 'AT+QSSLCFG="sslversion",1,3' },
            { command: 'AT+QSSLCFG="ciphersuite",1,0XFFFF', tolerated: true },
            { command: 'AT+QSSLCFG="cacert",1,"%c"' },
            { command: 'AT+QSSLCFG="clientcert",1,"%C"', tolerated: true },
            { command: 'AT+QSSLCFG="clientkey",1,"%K"', tolerated: true },
            { command: 'AT+QSSLCFG="seclevel",1,%s' },
            { command: 'AT+QSSLCFG="sni",1,1', tolerated: true },
            { command: 'AT+QSSLOPEN=1,1,%i,"%h",%p,0', expect: ['OK', '+QSSLOPEN: %i,%z'], seconds: 150 },
        ],
        send: { command: 'AT+QSSLSEND=%i,%n', expect: ['SEND OK'], fail: ['SEND FAIL'], seconds: 30 },
        read: { command: 'AT+QSSLRECV=%i,%n', header: '+QSSLRECV: %n', emptyLine: true },
        close: [{ command: 'AT+QSSLCLOSE=%i', seconds: 15, tolerated: true }],
        events: [['+QSSLURC: "recv",%i', DATA], ['+QSSLURC: "closed",%i', CLOSED], ['+QIURC: "pdpdeact",%*', BEARER_LOST]],
    },
    events: [['POWERED DOWN', POWERED_DOWN], ['PSM POWER DOWN', POWERED_DOWN], ['NORMAL POWER DOWN', POWERED_DOWN]],
};
