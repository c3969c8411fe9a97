// A trace (motemq/trace) in a file: appends the lines as they come, with the clock that Node has. It knows nothing of MQTT.
import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { ConnectionTrace } from '../../src/trace/connection-trace.ts';
import type { TraceOptions } from '../../src/trace/connection-trace.ts';

/** True unless the file at `path` has an end that a crash has torn. */
function endsWithLine(path: string): boolean {
    const file = openSync(path, 'a+', 0o600);
    try {
        const { size } = fstatSync(file);
        const last = Buffer.alloc(1);
        return size === 0 || readSync(file, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
    } finally {
        closeSync(file);
    }
}

/**
 * What writes a trace to the file at `path`: `new TracedTransport(transport, traceFile('trace.log'))`. The file is made, readable for
 * its owner alone, or continued. Throws if it cannot be written to. If that fails later, the trace ends, which is said once on the
 * standard error stream, and the connection goes on. For several transports: `{ ...options, name: 'other' }`.
 */
export function traceFile(path: string): TraceOptions {
    let failed = false;
    const append = (text: string): void => {
        if (failed) return;
        try {
            appendFileSync(path, text, { mode: 0o600 });
        } catch (error) {
            failed = true;
            console.error(`motemq: the trace ${path} ends here: ${(error as Error).message}`);
        }
    };
    if (!endsWithLine(path)) append('\n');
    const options: TraceOptions = {
        print: line => append(`${line}\n`),
        // Microseconds: as fine as a capture's.
        clock: { now: () => Math.round(performance.now() * 1000) / 1000 },
        lineSize: 16384,
    };
    new ConnectionTrace(options, '-').line(`at ${Date.now()}`);
    return options;
}
