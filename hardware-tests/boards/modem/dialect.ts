// What differs between manufacturers, and what their socket commands have in common: to open, to ask for counted bytes and send them, to
// hand out what has arrived. Every fault of these steps is decided here.
import type { Call } from './call.ts';
import type { Modem } from './modem.ts';
import { SEND_BUFFER } from './socket.ts';
import type { ModemSocket } from './socket.ts';
import type { Failure } from './world.ts';

export type Command = (modem: Modem, call: Call) => void;

export interface Dialect {
    readonly name: string;
    readonly manufacturer: string;
    readonly model: string;
    readonly revision: string;
    /** What ATI says. */
    readonly information: readonly string[];
    /** ESP-AT: commands end with CR LF, and one during another is answered with `busy p...`. */
    readonly strict?: true;
    /** No SIM and no cells, but a WiFi. */
    readonly wifi?: true;
    /** What the SIM wants stands between quotes, as in Nordic's manual. */
    readonly quotesCodes?: true;
    /** The command that sends and of which nothing ever says how many bytes it took. */
    readonly tellsNoCount?: string;
    /** What is said after a start. */
    readonly bootLines: readonly string[];
    /** What is said before the power goes, and before a sleep; empty: nothing. */
    readonly powerDownLine: string;
    readonly sleepLine: string;
    /** That the bearer is gone, with all sockets. */
    readonly bearerLost: string;
    /** Lines that mean nothing. */
    readonly noise: readonly string[];
    readonly commands: Readonly<Record<string, Command>>;
    /** How it is told that bytes wait on a socket, or that it has ended. With `bare` nothing stands before the line. */
    dataLine(socket: ModemSocket): string;
    endLine(socket: ModemSocket): string;
    readonly bareEnd?: true;
    /** Bytes are announced once until all of them are read, at each arrival, or once until the next read. */
    readonly announces: 'until drained' | 'always' | 'until read';
    /** The end is told only when everything has been read. */
    readonly holdsEnd?: true;
    /** Hands bytes to the host unasked, in the modes where the host does not ask for them; returns whether it did. */
    push?(modem: Modem, socket: ModemSocket, bytes: Uint8Array): boolean;
    /** After a restart or a shut. */
    reset?(modem: Modem): void;
}

/** A command that sends, up to the digits of how many bytes. */
export const SEND_COMMAND = /\b(?:[A-Z]{2,3}SEND|USOWR)=\d+,\d*$/i;

/** How a dialect sends. */
export interface Sending {
    readonly prompt: string;
    readonly most: number;
    /** Ms after the prompt in which bytes are lost. */
    readonly deaf?: number;
    /** The result has a count. */
    readonly counts?: true;
    /** Before the prompt. */
    refused(call: Call, why: 'closed' | 'length' | 'full'): void;
    accepted(call: Call, count: number, asked: number): void;
    failed(call: Call): void;
}

/** Asks for `length` bytes and sends them on `socket`. */
export function send(modem: Modem, call: Call, socket: ModemSocket | undefined, length: number, style: Sending): void {
    const { faults } = modem;
    if (socket?.state !== 'open') return style.refused(call, 'closed');
    if (length < 1 || length > style.most) return style.refused(call, 'length');
    if ((socket.connection?.unsent ?? 0) + length > SEND_BUFFER || faults.happens('refused by a full buffer')) return style.refused(call, 'full');
    if (faults.happens('no prompt')) return call.later(faults.between(1000, 20000), () => modem.front.abandon());
    const other = style.prompt.endsWith('> ') ? style.prompt.slice(0, -1) : style.prompt.endsWith('>') ? `${style.prompt} ` : style.prompt;
    call.data(faults.happens('prompt of the other form') ? other : style.prompt, length, bytes => deliver(modem, call, socket, bytes, style), style.deaf);
    if (faults.happens('closed in the data phase')) call.later(faults.between(0, 30), () => modem.closedByPeer(socket, false));
}

function deliver(modem: Modem, call: Call, socket: ModemSocket, bytes: Uint8Array, style: Sending): void {
    const { faults } = modem;
    const wait = faults.happens('acknowledgement late') ? faults.between(100, 15000) : faults.between(5, 60);
    if (socket.state !== 'open') return call.later(wait, () => style.failed(call));
    const count = style.counts && faults.happens('sent short') ? faults.below(bytes.length) : bytes.length;
    socket.transmit(bytes.subarray(0, count));
    if (faults.happens('acknowledgement lost')) return call.end('');
    const fails = faults.happens('sent and said to have failed');
    call.later(wait, () => fails ? style.failed(call) : style.accepted(call, count, bytes.length));
}

/** Up to `most` of the bytes that wait on `socket`. */
export function take(modem: Modem, socket: ModemSocket, most: number): Uint8Array {
    if (socket.waiting > 0 && modem.faults.happens('read of nothing')) return new Uint8Array(0);
    const short = most > 1 && socket.waiting > 1 && modem.faults.happens('read short');
    const taken = socket.take(short ? 1 + modem.faults.below(Math.min(most, socket.waiting) - 1) : most);
    modem.announcer.afterRead(socket);
    return taken;
}

/** Opens a socket; `done` is told why not, or null. It may never be. */
export function open(modem: Modem, id: number, host: string, port: number, secure: boolean, done: (failure: Failure | null, socket: ModemSocket) => void): void {
    const { faults } = modem;
    const socket = modem.newSocket(id, secure);
    const failures: Failure[] = ['name', 'refused', 'timeout', 'failed'];
    if (faults.happens('open refused')) {
        const failure = failures[faults.below(failures.length)];
        socket.state = 'opening';
        return modem.front.after(faults.between(20, 3000), () => {
            socket.onFailure(failure);
            done(failure, socket);
        });
    }
    const silent = faults.happens('open not answered');
    socket.opens(owner => modem.connect(host, port, secure, owner), (failure) => {
        if (!silent) modem.front.after(faults.between(1, 200), () => done(failure, socket));
    });
}
