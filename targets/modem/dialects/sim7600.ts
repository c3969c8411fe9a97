// SIMCom SIM7500, SIM7600, A76xx: sockets by CIPOPEN, TLS by CCHOPEN.
import { BEARER_LOST, CLOSED, DATA, POWERED_DOWN } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

export const sim7600: Dialect = {
    name: 'SIMCom SIM7600/A76xx',
    models: ['SIM75', 'SIM76', 'A76'],
    pinTries: ['AT+SPIC', '+SPIC: %r,%*'],
    // Receiving by hand is set before the service of TLS starts: one that runs still, without it, would hand out bytes unasked for good.
    init: [{ command: 'AT+CCHSTOP', tolerated: true }],
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
    bearerDown: [
        // An ERROR: it does not run, as with plain TCP.
        { command: 'AT+CCHSTOP', expect: ['OK', '+CCHSTOP: %z'], seconds: 30, tolerated: true },
        { command: 'AT+NETCLOSE', expect: ['OK', '+NETCLOSE: %z'], seconds: 120, tolerated: true },
    ],
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
    tls: {
        open: [
            // An ERROR: it runs already. The second 1: bytes wait until they are asked for.
            { command: 'AT+CCHSET=1,1', tolerated: true },
            { command: 'AT+CCHSTART', expect: ['OK', '+CCHSTART: %z'], seconds: 60, tolerated: true },
            { command: 'AT+CSSLCFG="sslversion",0,3' },
            { command: 'AT+CSSLCFG="cacert",0,"%c"' },
            { command: 'AT+CSSLCFG="clientcert",0,"%C"' },
            { command: 'AT+CSSLCFG="clientkey",0,"%K"' },
            { command: 'AT+CSSLCFG="authmode",0,%s' },
            { command: 'AT+CSSLCFG="enableSNI",0,1', tolerated: true },
            { command: 'AT+CCHSSLCFG=%i,0' },
            { command: 'AT+CCHOPEN=%i,"%h",%p,2', expect: ['OK', '+CCHOPEN: %i,%z'], seconds: 120 },
        ],
        send: { command: 'AT+CCHSEND=%i,%n', expect: ['OK', '+CCHSEND: %i,%z'], seconds: 30 },
        // The end comes behind the bytes, OK before them. The end alone: nothing is there.
        read: { command: 'AT+CCHRECV=%i,%n', header: '+CCHRECV: DATA,%i,%n', expect: ['OK', '+CCHRECV: %i,%z'], empty: '+CCHRECV: %i,0' },
        close: [{ command: 'AT+CCHCLOSE=%i', expect: ['OK', '+CCHCLOSE: %i,%*'], seconds: 120, tolerated: true }],
        events: [['+CCHEVENT: %i,RECV EVENT', DATA], ['+CCH_PEER_CLOSED: %i', CLOSED], ['+CIPEVENT: NETWORK CLOSED UNEXPECTEDLY', BEARER_LOST]],
    },
    events: [['NORMAL POWER DOWN', POWERED_DOWN]],
};
