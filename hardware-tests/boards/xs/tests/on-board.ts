// Helpers of the virtual board's tests: the program or the reason why there is none, scripts with a short prelude, a peer.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { test } from 'uvu';
import { bootBoard, type Board, type BoardOptions } from '../board.ts';
import { xsEngine } from '../build.ts';

export const engine = await xsEngine();
if (!engine.available) {
    console.log(`SKIPPED: no virtual board, because ${engine.because}`);
}

/** `test`, or a visible skip on a machine without the engine. */
export const boardTest = engine.available ? test : test.skip;
export const slotBytes = engine.available ? engine.slotBytes : 16;

const prelude = `
const say = text => trace(text + '\\n');
const attempt = f => { try { return String(f()); } catch (error) { return String(error); } };
const heapSince = (slots, bytes) => { slots = Meter.slots() - slots; bytes = Meter.chunkBytes() - bytes; return slots + '/' + bytes; };
/** Slots and chunk bytes that f allocates, the measuring itself taken off. */
const allocated = f => {
    const nothing = () => {};
    const run = g => { const slots = Meter.slots(), bytes = Meter.chunkBytes(); g(); return heapSince(slots, bytes); };
    run(nothing);
    return run(f);
};
`;

function bootWith(options: BoardOptions): Board {
    if (!engine.available) {
        throw new Error(engine.because);
    }
    return bootBoard(engine.path, options);
}

/** Boots a board that runs `body`; what the prelude defines is there. */
export function boot(body: string, options: Omit<BoardOptions, 'script'> = {}): Board {
    return bootWith({ ...options, script: `"use strict"; (() => {${prelude}${body}\n})();` });
}

/** Boots a board that runs `script` as it is. */
export function bootScript(script: BoardOptions['script'], config?: object): Board {
    return bootWith({ script, config });
}

/** What the script says until it ends. */
export async function said(body: string, options: Omit<BoardOptions, 'script'> = {}): Promise<readonly string[]> {
    const board = boot(body, options);
    const end = await board.end;
    if (end.code !== 0) {
        throw new Error(`the board ended with ${end.code}: ${end.errors}${board.lines.join('\n')}`);
    }
    return board.lines;
}

export interface Peer {
    readonly port: number;
    /** All connections so far. */
    readonly sockets: Socket[];
    close(): Promise<void>;
}

/** A server on loopback for the board to connect to. */
export async function listen(onConnection: (socket: Socket) => void): Promise<Peer> {
    const sockets: Socket[] = [];
    const server: Server = createServer(socket => {
        sockets.push(socket);
        // A board that exits with bytes unread resets the connection.
        socket.on('error', () => {});
        onConnection(socket);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return {
        port: (server.address() as AddressInfo).port,
        sockets,
        close() {
            sockets.forEach(socket => socket.destroy());
            return new Promise(resolve => server.close(() => resolve()));
        },
    };
}
