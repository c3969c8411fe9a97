// What a board carries of the modem: the transport and one dialect. Only measured and checked.
import { sim7600 } from '../../targets/modem/dialects/sim7600.ts';
import { ModemTransport } from '../../targets/modem/index.ts';

exports.ModemTransport = ModemTransport;
exports.sim7600 = sim7600;
