// The model's network: a thread that owns the sockets, so that the thread that runs JavaScript can stand still while it
// connects, as Espruino does on Linux and ESP32.
import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { parentPort } from 'node:worker_threads';

/** How a connection attempt ended, told through shared memory. */
export const CONNECTED = 1;
export const REFUSED = 2;
export const NOT_FOUND = 3;

export type Order =
    | { readonly what: 'connect'; readonly id: number; readonly host: string; readonly port: number; readonly outcome: Int32Array }
    | { readonly what: 'write'; readonly id: number; readonly bytes: Uint8Array }
    | { readonly what: 'close'; readonly id: number };

/** What a socket tells: bytes that came, so many that went out, its end. */
export type Report =
    | { readonly what: 'bytes'; readonly id: number; readonly bytes: Uint8Array }
    | { readonly what: 'sent'; readonly id: number; readonly count: number }
    | { readonly what: 'gone'; readonly id: number };

const port = parentPort;
const sockets = new Map<number, Socket>();

function tell(report: Report): void {
    port?.postMessage(report, []);
}

function connect({ id, host, port: number, outcome }: Order & { what: 'connect' }): void {
    const socket = connectTcp({ host, port: number, noDelay: true });
    const decide = (how: number): void => {
        Atomics.store(outcome, 0, how);
        Atomics.notify(outcome, 0);
    };
    socket.on('connect', () => {
        sockets.set(id, socket);
        decide(CONNECTED);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => decide(error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN' ? NOT_FOUND : REFUSED));
    socket.on('data', (bytes) => tell({ what: 'bytes', id, bytes }));
    socket.on('close', () => {
        sockets.delete(id);
        tell({ what: 'gone', id });
    });
}

port?.on('message', (order: Order) => {
    if (order.what === 'connect') connect(order);
    else if (order.what === 'write') sockets.get(order.id)?.write(order.bytes, () => tell({ what: 'sent', id: order.id, count: order.bytes.length }));
    else sockets.get(order.id)?.end();
});
