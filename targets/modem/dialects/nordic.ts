// Nordic's Serial Modem (nRF91), with its sockets by handle. Bytes go out as hexadecimal digits: the answer then has their count, which that of
// the data mode lacks, and nothing can hold the line in that mode.
import { CLOSED, DATA } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

const send = { command: 'AT#XSEND=%i,1,0,"%x"', expect: ['#XSEND: %i,%n,%l', 'OK'], seconds: 30 };
// ERROR: nothing is there.
const read = { command: 'AT#XRECV=%i,0,64,0,%n', header: '#XRECV: %i,%n,%n', endsBare: true, failsWhenEmpty: true };
const close = [{ command: 'AT#XCLOSE=%i', expect: ['#XCLOSE: %i,%z', 'OK'], seconds: 15, tolerated: true }];
// Bits of poll(): 1 bytes wait, 8 error, 16 the peer has hung up.
const events: Dialect['events'] = [
    ['#XAPOLL: %i,1', DATA], ['#XAPOLL: %i,5', DATA], ['#XAPOLL: %i,16', CLOSED], ['#XAPOLL: %i,17', CLOSED], ['#XAPOLL: %i,20', CLOSED],
    ['#XAPOLL: %i,21', CLOSED], ['#XAPOLL: %i,8', CLOSED], ['#XAPOLL: %i,24', CLOSED], ['#XAPOLL: %i,25', CLOSED], ['#XAPOLL: %i,32', CLOSED],
];
const poll = { command: 'AT#XAPOLL=,1,1' };
const connect = { command: 'AT#XCONNECT=%i,"%h",%p', expect: ['#XCONNECT: %i,1', 'OK'], seconds: 60 };

export const nordic: Dialect = {
    name: 'Nordic Serial Modem',
    models: ['nRF91'],
    init: [{ command: 'AT+CFUN=1', seconds: 20 }],
    bearer: [
        { command: 'AT+CGDCONT=0,"IP","%a"', tolerated: true },
        { command: 'AT+CGAUTH=0,1,"%U","%w"', tolerated: true },
        { command: 'AT+CGACT?', expect: ['+CGACT: 0,1', 'OK'], asks: true, repeats: 20 },
    ],
    bearerDown: [{ command: 'AT+CFUN=4', seconds: 30, tolerated: true }, { command: 'AT+CFUN=1', seconds: 20, tolerated: true }],
    reset: [{ command: 'AT#XRESET', tolerated: true }],
    powerDown: [{ command: 'AT#XSLEEP=1', tolerated: true }],
    sendMaximum: 1024,
    readMaximum: 2048,
    tcp: {
        open: [poll, { command: 'AT#XSOCKET=1,1,0', expect: ['#XSOCKET: %I,%n,%n', 'OK'] }, connect],
        send, read, close, events,
    },
    tls: {
        needsCa: true,
        // The tag under which CA, certificate and key lie in the modem; 2: the server is verified, and with the next step its name.
        open: [
            poll, { command: 'AT#XSSOCKET=1,1,0,%c,2', expect: ['#XSSOCKET: %I,%n,%n', 'OK'] }, { command: 'AT#XSSOCKETOPT=%i,1,2,"%h"' },
            connect,
        ],
        send, read, close, events,
    },
    events: [],
};
