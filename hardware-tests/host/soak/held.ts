// What this process of Node holds, after a collection of garbage.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of V8's heap and of buffers outside of it, and TCP sockets. */
export function heldByNode(): { heapBytes: number; externalBytes: number; sockets: number } {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return { heapBytes: heapUsed, externalBytes: external, sockets: process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length };
}
