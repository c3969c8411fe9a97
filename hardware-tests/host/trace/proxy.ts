// What goes through a fault proxy, as a trace: seen between client and broker, before any fault. A cut of the proxy's is a reset or an end.
import { CONNECTION_LOST } from '../../../src/reasons.ts';
import { ConnectionTrace } from '../../../src/trace/connection-trace.ts';
import type { TraceOptions } from '../../../src/trace/connection-trace.ts';
import type { ProxyConnection, ProxyOptions } from '../fault-proxy.ts';

/** Options of a proxy that record its connections: `FaultProxy.start({ target, ...recordProxy(traceFile('trace.log')) })`. */
export function recordProxy(options: TraceOptions): Required<Pick<ProxyOptions, 'onConnection' | 'onBytes' | 'onEnd'>> {
    const traces = new Map<ProxyConnection, ConnectionTrace>();
    return {
        onConnection(connection) {
            const trace = new ConnectionTrace(options, `${options.name ?? 'c'}${connection.number}`);
            traces.set(connection, trace);
            trace.line('open');
            trace.line('ready');
        },
        onBytes(connection, direction, bytes) {
            const trace = traces.get(connection);
            if (direction === 'up') trace?.sent(bytes, 0, bytes.length);
            else trace?.received(bytes, 0, bytes.length);
        },
        onEnd(connection) {
            traces.get(connection)?.line(connection.wasReset ? 'reset' : connection.endedBy === 'client' ? 'close' : `end ${CONNECTION_LOST}`);
            traces.delete(connection);
        },
    };
}
