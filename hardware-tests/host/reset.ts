// Ending a TCP connection of Node by RST.
import type { Socket } from 'node:net';

/**
 * Sends RST and drops the socket; one that has sent its FIN already is dropped without: for that Node reports an error
 * and never closes the handle, which then spins (libuv refuses SO_LINGER after shutdown).
 */
export function reset(socket: Socket): void {
    if (socket.destroyed) return;
    if (socket.writableEnded) socket.destroy();
    else socket.resetAndDestroy();
}
