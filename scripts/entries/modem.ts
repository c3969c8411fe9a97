// The modem transport on Espruino, as a classic script: what require('motemq-modem') returns. A dialect comes from a file of its own.
import { SerialLine } from '../../targets/espruino/serial-line.ts';
import { ModemTransport } from '../../targets/modem/index.ts';

exports.ModemTransport = ModemTransport;
exports.SerialLine = SerialLine;
