// The native module of the suites' application (memory.js).
declare module 'motemq-memory' {
    /** Bytes of the heap in use, once garbage is collected. */
    export default function memory(): number;
}
