// The client made for Espruino's sockets on the simulated board: the published file, in a world of its own with a socket over the
// simulated link, one timer and a time of day that somebody sets now and then. What a socket has queued counts as taken by the link,
// and leaves as the link has room.
//
// Not judged, because this client has none: `window`, `connectTimeout`, `stableAfter`, credentials that are too long. Its ticks are
// wakes, and an answer may be awaited twice as long as `responseTimeout`.
import type { Client, ClientOptions, Subscription, Topic } from '../../../src/index.ts';
import type { TransportOwner } from '../../../src/transport.ts';
import type { SimulatedClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** What an application takes of a client's file. */
export interface Library {
    readonly Client: new (options: ClientOptions) => Client;
    readonly Subscription: typeof Subscription;
    readonly Topic: typeof Topic;
    /** Does what is left to do when an event is over. */
    idle(): void;
}

type Listener = (this: FakeSocket, told: unknown) => void;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** The settings as this client takes them. */
export function settingsOnEspruino(settings: Settings): Settings {
    const responseTimeout = Math.min(settings.responseTimeout, settings.keepAlive * 475 || Infinity);
    return { ...settings, responseTimeout, connectTimeout: responseTimeout, window: Infinity, changingCredentials: false };
}

/** A socket of `net`: what is written waits in `dSnd`, and listeners are told when the present event is over. */
class FakeSocket implements TransportOwner {
    dSnd = '';
    /** The end of it, which the link has not seen. */
    private fresh = '';
    private readonly connection: Connection | null;
    private readonly listeners = new Map<string, Listener>();
    private readonly world: World;
    private readonly later: (() => void)[];

    constructor(world: World, later: (() => void)[]) {
        this.world = world;
        this.later = later;
        this.connection = world.link.connection;
    }

    on(event: string, listener: Listener): void {
        this.listeners.set(event, listener);
    }

    removeAllListeners(event: string): void {
        this.listeners.delete(event);
    }

    write(text: string): boolean {
        this.dSnd += text;
        this.fresh += text;
        this.later.push(() => this.leave());
        return false;
    }

    end(): void {
        if (this.connection !== this.world.link.connection) return;
        if (this.dSnd !== '') this.hand();
        this.world.link.close();
    }

    onOpen(): void {
        this.tell('drain', this);
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        this.tell('data', latin1(bytes.subarray(start, end)));
    }

    onWritable(): void {
        this.later.push(() => this.leave());
    }

    onClose(): void {
        this.tell('close', false);
    }

    private tell(event: string, told: unknown): void {
        this.listeners.get(event)?.call(this, told);
    }

    /** The turn is over: the machine below takes what was written, and as much of the queue leaves as the link has room for. */
    private leave(): void {
        const { connection } = this;
        if (!connection || connection !== this.world.link.connection || this.dSnd === '') return;
        this.hand();
        const size = Math.min(connection.room, this.dSnd.length);
        connection.room -= size;
        this.dSnd = this.dSnd.slice(size);
        connection.owesWritable = this.dSnd !== '';
        if (this.dSnd === '') this.tell('drain', this);
    }

    private hand(): void {
        const { link, judge } = this.world;
        const connection = this.connection!;
        const bytes = Buffer.from(this.fresh, 'latin1');
        judge.require(bytes.toString('latin1') === this.fresh, 'contract', 'a character of more than a byte is written');
        this.fresh = '';
        if (bytes.length === 0) return;
        const { room } = connection;
        connection.room = Infinity;
        for (let at = 0; at < bytes.length;) at += link.write(bytes, at, bytes.length);
        connection.room = room;
        link.flush();
    }
}

/** What one of several arguments of E.toString adds. */
function characters(data: unknown): string {
    return typeof data === 'number' ? String.fromCharCode(data & 255) : ArrayBuffer.isView(data) ? latin1(data as Uint8Array) : String(data);
}

/** Loads `code`, a file for Espruino, on a board of `world`. */
export function loadOnEspruino(code: string, world: World, clock: SimulatedClock): Library {
    /** What waits until the present event is over. */
    const later: (() => void)[] = [];
    let onTimer: (() => void) | undefined;
    let timers = 0;
    let set = 0;
    const idle = (): void => {
        for (let next = later.shift(); next; next = later.shift()) next();
    };
    clock.attach({
        onWake: () => {
            onTimer?.();
            idle();
        },
    });
    const io = {
        connect() {
            let socket: FakeSocket | undefined;
            let refused = false;
            world.link.open({
                onOpen: () => void later.push(() => socket!.onOpen()),
                onBytes: (bytes, start, end) => {
                    socket!.onBytes(bytes, start, end);
                    idle();
                },
                onWritable: () => socket!.onWritable(),
                onClose: () => {
                    if (socket) socket.onClose();
                    else refused = true;
                },
            });
            if (refused) throw new Error('Unable to create socket');
            return socket = new FakeSocket(world, later);
        },
    };
    const globals = {
        exports: {} as Record<string, unknown>,
        E: {
            toString: (...data: unknown[]) => data.map(characters).join(''),
            CRC32: () => clock.random() | 0,
        },
        // Somebody sets it now and then.
        getTime: () => {
            if (world.script.chance(1)) set += world.script.below(2) ? 1e9 : -1e6;
            return (world.judge.time + set) / 1000;
        },
        getSerial: () => 'simulated',
        print: (text: string, error: unknown) => text === 'motemq: a callback threw:' ? clock.caught(error) : world.judge.fail('exceptions', `the client prints ${text}`),
        setTimeout: (callback: () => void, ms: number) => {
            onTimer = callback;
            clock.wakeAfter(ms);
            return ++timers;
        },
        clearTimeout: (timer: number) => {
            if (timer === timers) clock.wakeAfter(-1);
        },
    };
    // oxlint-disable-next-line no-new-func -- the published file, as require() runs it.
    new Function(...Object.keys(globals), code)(...Object.values(globals));
    const file = globals.exports as unknown as { Client: new (options: object) => Client } & Library;
    const Made = function (options: ClientOptions): Client {
        return new file.Client({ ...options, transport: { io, host: 'broker', port: 1883 }, sendBuffer: options.sendBuffer.length });
    };
    return {
        Client: Made as unknown as Library['Client'], Subscription: file.Subscription, Topic: file.Topic, idle,
    };
}
