// motemq/trace: writes down what goes over a transport, as lines of text that `motemq trace` reads.
export { ConnectionTrace } from './connection-trace.ts';
export type { TraceOptions } from './connection-trace.ts';
export { TracedTransport } from './traced-transport.ts';
