// The transport that writes a trace, as a classic script: what require('motemq-trace') returns on Espruino.
import { TracedTransport } from '../../src/trace/index.ts';

exports.TracedTransport = TracedTransport;
