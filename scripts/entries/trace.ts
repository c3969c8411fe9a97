// What writes traces, as a classic script: what require('motemq-trace') returns on Espruino.
import { TracedTransport } from '../../src/trace/index.ts';
import { traceNetwork } from '../../targets/espruino/traced-network.ts';

exports.TracedTransport = TracedTransport;
exports.traceNetwork = traceNetwork;
