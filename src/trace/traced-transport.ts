// A transport around another that writes down what goes over it, both ways, and is otherwise the same. For finding faults: on a
// board the lines cost time and garbage. It knows the contract of transports.
import type { Transport, TransportOwner } from '../transport.ts';
import { ConnectionTrace } from './connection-trace.ts';
import type { TraceOptions } from './connection-trace.ts';

export class TracedTransport implements Transport, TransportOwner {
    private readonly inner: Transport;
    private readonly options: TraceOptions;
    private owner: TransportOwner | null = null;
    private trace: ConnectionTrace | null = null;
    private connections = 0;
    /** Something was taken since the last flush. */
    private held = false;

    /** Hand the result to the client in place of `inner`. User names and passwords are left out unless `options.secrets` is true. */
    constructor(inner: Transport, options: TraceOptions) {
        this.inner = inner;
        this.options = options;
    }

    open(owner: TransportOwner): void {
        this.end('close');
        this.owner = owner;
        this.trace = new ConnectionTrace(this.options, (this.options.name ?? 'c') + this.connections++);
        this.held = false;
        this.trace.line('open');
        this.inner.open(this);
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const taken = this.inner.write(bytes, start, end);
        if (taken > 0 && this.trace !== null) {
            this.held = true;
            this.trace.sent(bytes, start, start + taken);
        }
        return taken;
    }

    flush(): void {
        if (this.held && this.trace !== null) this.trace.line('flush');
        this.held = false;
        this.inner.flush();
    }

    close(): void {
        this.end('close');
        this.inner.close();
    }

    /** From the inner transport, as are the calls below. */
    onOpen(): void {
        if (this.trace !== null) this.trace.line('ready');
        if (this.owner !== null) this.owner.onOpen();
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        if (this.trace !== null) this.trace.received(bytes, start, end);
        if (this.owner !== null) this.owner.onBytes(bytes, start, end);
    }

    onWritable(): void {
        if (this.owner !== null) this.owner.onWritable();
    }

    onClose(reason: number): void {
        const owner = this.owner;
        this.end('end ' + reason);
        if (owner !== null) owner.onClose(reason);
    }

    private end(event: string): void {
        if (this.trace !== null) this.trace.line(event);
        this.trace = null;
        this.owner = null;
    }
}
