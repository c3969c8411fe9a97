// SIMCom SIM7070, SIM7080, SIM7090: sockets by CAOPEN, with and without TLS.
import { BEARER_LOST, CLOSED, DATA, POWERED_DOWN } from '../dialect.ts';
import type { Dialect } from '../dialect.ts';

const send = { command: 'AT+CASEND=%i,%n', seconds: 15 };
// Newer firmware has a line with a count before the OK, older has none.
const count = { command: 'AT+CAACK=%i', expect: ['+CAACK: %t,%n', 'OK'], asks: true };
const read = { command: 'AT+CARECV=%i,%n', header: '+CARECV: %n,', empty: '+CARECV: 0' };
const close = [{ command: 'AT+CACLOSE=%i', seconds: 15, tolerated: true }];
const events: Dialect['events'] = [['+CADATAIND: %i', DATA], ['+CASTATE: %i,0', CLOSED]];
const open = { command: 'AT+CAOPEN=%i,0,"TCP","%h",%p', expect: ['OK', '+CAOPEN: %i,%z'], seconds: 90 };

export const sim7080: Dialect = {
    name: 'SIMCom SIM7070/SIM7080/SIM7090',
    models: ['SIM707', 'SIM708', 'SIM709'],
    init: [],
    bearer: [
        { command: 'AT+CNCFG=0,1,"%a","%u","%w",0' },
        // When it is active already, no line says so again: ask until it is.
        { command: 'AT+CNACT=0,1', seconds: 15, tolerated: true },
        { command: 'AT+CNACT?', expect: ['+CNACT: 0,1,%*', 'OK'], asks: true, repeats: 90 },
        // Files of certificates become what TLS can use; an ERROR: they are that already. Once for each bearer, since it writes to flash.
        { command: 'AT+CSSLCFG="convert",2,"%c"', tolerated: true },
        { command: 'AT+CSSLCFG="convert",1,"%C","%K"', tolerated: true },
    ],
    bearerDown: [{ command: 'AT+CNACT=0,0', seconds: 30, tolerated: true }],
    reset: [{ command: 'AT+CFUN=1,1', seconds: 15, tolerated: true }],
    powerDown: [{ command: 'AT+CPOWD=1', expect: ['NORMAL POWER DOWN'], seconds: 10, tolerated: true }],
    nameError: 20,
    sendMaximum: 1024,
    readMaximum: 512,
    tcp: {
        open: [{ command: 'AT+CACID=%i' }, { command: 'AT+CASSLCFG=%i,"SSL",0', tolerated: true }, open],
        send, count, read, close, events,
    },
    tls: {
        open: [
            { command: 'AT+CACID=%i' },
            { command: 'AT+CSSLCFG="sslversion",0,3' },
            { command: 'AT+CSSLCFG="sni",0,"%h"' },
            { command: 'AT+CASSLCFG=%i,"SSL",1' },
            { command: 'AT+CASSLCFG=%i,"CRINDEX",0' },
            { command: 'AT+CASSLCFG=%i,"CACERT","%c"' },
            { command: 'AT+CASSLCFG=%i,"CERT","%C"', tolerated: true },
            open,
        ],
        send, count, read, close, events,
    },
    events: [['+APP PDP: 0,DEACTIVE', BEARER_LOST], ['NORMAL POWER DOWN', POWERED_DOWN]],
};
