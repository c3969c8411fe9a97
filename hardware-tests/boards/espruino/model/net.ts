// `require('net')` of the model: Espruino's sockets with the quirks that quirks.test.ts lists and checks on the real interpreter.
import { Worker } from 'node:worker_threads';
import { drainQueue, Emitter } from './events.ts';
import { CONNECTED, NOT_FOUND, REFUSED } from './sockets.ts';
import type { Order, Report } from './sockets.ts';

/** Bytes that one `data` event brings, and that one pass of the idle loop sends: 536 on Linux and ESP32, 268 on ESP8266. */
const CHUNK = 536;
/** Bytes that the machine below takes before it takes no more. */
const WINDOW = 65536;

/** Started when it is first needed: many programs use no socket, and a thread costs more than all else that they do. */
let worker: Worker | null = null;
const sockets = new Map<number, Socket>();
let latest = 0;
let scheduled = false;

function order(what: Order): void {
    worker ??= new Worker(new URL('./sockets.mjs', import.meta.url)).on('message', hear);
    worker.postMessage(what, []);
}

function hear(report: Report): void {
    const socket = sockets.get(report.id);
    if (!socket) return;
    if (report.what === 'bytes') socket.arrived += Buffer.from(report.bytes).toString('latin1');
    else if (report.what === 'sent') socket.travelling -= report.count;
    else socket.gone = true;
    schedule();
}

/** Espruino goes round its idle loop for as long as there is a socket; here, for as long as something happens. */
function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
        scheduled = false;
        for (const socket of sockets.values()) socket.pass();
        drainQueue();
        if ([...sockets.values()].some((socket) => socket.isBusy())) schedule();
    });
}

class Socket extends Emitter {
    dSnd: string | undefined;
    arrived = '';
    travelling = 0;
    gone = false;
    private connected = false;
    private closing = false;
    private readonly id: number;

    constructor(id: number) {
        super();
        this.id = id;
        sockets.set(id, this);
        schedule();
    }

    write(data: unknown): boolean {
        if (this.closing) throw new Error('This socket is closed');
        this.dSnd = (this.dSnd ?? '') + (data === undefined ? '' : String(data));
        schedule();
        return false;
    }

    end(data?: unknown): void {
        if (data !== undefined) this.write(data);
        this.closing = true;
        schedule();
    }

    isBusy(): boolean {
        return this.arrived !== '' || this.gone || !this.connected || (this.closing && !this.dSnd) || (Boolean(this.dSnd) && this.travelling < WINDOW);
    }

    pass(): void {
        if (!this.connected) {
            this.connected = true;
            this.emit('connect', this);
            if (!this.dSnd) this.emit('drain', this);
            return;
        }
        const sent = this.send();
        const data = this.arrived.slice(0, CHUNK);
        this.arrived = this.arrived.slice(data.length);
        if (data !== '' && !this.tell('data', data)) this.arrived = data + this.arrived;
        if (this.gone && this.arrived === '') this.over();
        else if (this.closing && !this.dSnd && !sent) this.over();
    }

    /** True if there was something to send. */
    private send(): boolean {
        if (!this.dSnd) return false;
        if (this.gone || this.travelling >= WINDOW) return true;
        const bytes = Buffer.from(this.dSnd.slice(0, CHUNK), 'latin1');
        order({ what: 'write', id: this.id, bytes });
        this.travelling += bytes.length;
        this.dSnd = this.dSnd.slice(bytes.length);
        if (this.dSnd === '' && !this.closing) this.emit('drain', this);
        return true;
    }

    /** Whoever ended it: no `error` unless bytes were left, always `end` and `close`. */
    private over(): void {
        const unsent = Boolean(this.dSnd);
        sockets.delete(this.id);
        this.closing = true;
        order({ what: 'close', id: this.id });
        if (unsent) this.emit('error', { code: -8, message: 'unsent data' });
        this.emit('end');
        this.emit('close', unsent);
        setImmediate(drainQueue);
    }
}

/** Blocks until the connection is there; throws if it cannot be. */
export function connect(options: { host?: string; port: number }, onConnect?: () => void): Socket {
    const outcome = new Int32Array(new SharedArrayBuffer(4));
    const id = latest++;
    order({ what: 'connect', id, host: options.host ?? '127.0.0.1', port: options.port, outcome });
    Atomics.wait(outcome, 0, 0);
    if (outcome[0] === NOT_FOUND) throw new Error('Unable to locate host');
    if (outcome[0] === REFUSED) throw new Error('Unable to create socket');
    if (outcome[0] !== CONNECTED) throw new Error(`no outcome ${outcome[0]}`);
    const socket = new Socket(id);
    if (onConnect) socket.on('connect', onConnect);
    return socket;
}
