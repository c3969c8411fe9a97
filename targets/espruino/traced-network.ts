// `net` or `tls` of Espruino with a trace (motemq/trace) of every connection: for clients that take sockets, not transports. It knows
// sockets and the clock, nothing of MQTT. For finding faults: its functions and lines cost variables and time.
import { CONNECTION_LOST, CONNECT_FAILED } from '../../src/reasons.ts';
import { ConnectionTrace } from '../../src/trace/connection-trace.ts';
import type { TraceOptions } from '../../src/trace/connection-trace.ts';
import type { Network, Socket } from './espruino.ts';

declare function getTime(): number;

export interface NetworkTraceOptions extends Omit<TraceOptions, 'clock'> {
    /** The clock of the lines, in ms; Espruino's own if left out. */
    readonly clock?: TraceOptions['clock'];
}

const espruinoClock = { now(): number { return Math.round(getTime() * 1000); } };

/** The bytes of a string of Espruino: a character each. */
function bytesOf(text: string): Uint8Array {
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
    return bytes;
}

interface TracedSocket extends Omit<Socket, 'on'> {
    traced: SocketTrace;
    on(event: 'connect' | 'close', listener: (this: TracedSocket) => void): void;
    on(event: 'data', listener: (this: TracedSocket, text: string) => void): void;
}

/** One socket's trace, and its own functions, which those of this file stand before. */
class SocketTrace {
    readonly write: TracedSocket['write'];
    readonly end: TracedSocket['end'];
    private readonly trace: ConnectionTrace;
    private isReady = false;
    private hasEnded = false;

    constructor(socket: TracedSocket, trace: ConnectionTrace) {
        this.write = socket.write;
        this.end = socket.end;
        this.trace = trace;
    }

    /** Bytes may be written before `connect` is told. */
    ready(): ConnectionTrace {
        if (!this.isReady) this.trace.line('ready');
        this.isReady = true;
        return this.trace;
    }

    ended(event: string): void {
        if (!this.hasEnded) this.trace.line(event);
        this.hasEnded = true;
    }
}

// Made once for all sockets, whose functions and listeners they become: Espruino calls them with the socket as `this`.

function onConnect(this: TracedSocket): void {
    this.traced.ready();
}

function onData(this: TracedSocket, text: string): void {
    this.traced.ready().received(bytesOf(text), 0, text.length);
}

function onClose(this: TracedSocket): void {
    this.traced.ended('end ' + CONNECTION_LOST);
}

function write(this: TracedSocket, text: string): boolean {
    this.traced.ready().sent(bytesOf(text), 0, text.length);
    return this.traced.write.call(this, text);
}

function end(this: TracedSocket): void {
    this.traced.ended('close');
    this.traced.end.call(this);
}

class TracedNetwork implements Network {
    private readonly io: Network;
    private readonly options: TraceOptions;
    private connections = 0;

    constructor(io: Network, options: NetworkTraceOptions) {
        this.io = io;
        this.options = { print: options.print, clock: options.clock ?? espruinoClock, name: options.name ?? 'c', lineSize: options.lineSize, secrets: options.secrets };
    }

    connect(options: object, connected?: (this: Socket) => void): Socket {
        const trace = new ConnectionTrace(this.options, this.options.name! + this.connections++);
        trace.line('open');
        let socket: TracedSocket;
        try {
            socket = this.io.connect(options) as unknown as TracedSocket;
        } catch (error) {
            trace.line('end ' + CONNECT_FAILED);
            throw error;
        }
        socket.traced = new SocketTrace(socket, trace);
        socket.write = write;
        socket.end = end;
        socket.on('connect', onConnect);
        socket.on('data', onData);
        socket.on('close', onClose);
        // Espruino makes a listener of it, too.
        if (connected) socket.on('connect', connected as unknown as (this: TracedSocket) => void);
        return socket as unknown as Socket;
    }
}

/** `io`, `require('net')` for instance, with each connection written down as it goes: hand it to a client in place of `io`. */
export function traceNetwork(io: Network, options: NetworkTraceOptions): Network {
    return new TracedNetwork(io, options);
}
