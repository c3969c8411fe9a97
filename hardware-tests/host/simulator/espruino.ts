// The client made for Espruino's sockets on the simulated board: the published file, in a world of its own with a socket over the
// simulated link, one timer and a time of day that somebody sets now and then. What a socket has queued counts as taken by the link,
// and leaves as the link has room.
//
// Not judged, because this client has none: `window`, `connectTimeout`, `stableAfter`. Its ticks are
// wakes, and an answer may be awaited twice as long as `responseTimeout`.
import { characters } from '../../boards/espruino/characters.ts';
import type { Client, ClientOptions, Message, Subscription, Topic } from '../../../src/index.ts';
import type { TransportOwner } from '../../../src/transport.ts';
import type { SocketOptions } from '../../../targets/espruino/compact/options.ts';
import type { SimulatedClock } from './clock.ts';
import type { Connection } from './connection.ts';
import { edgeBugs, packetsIn } from './espruino-bugs.ts';
import type { Edges } from './espruino-bugs.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** A client for Espruino: its file, and what it is played with. */
export interface EspruinoFile {
    readonly code: string;
    /** The name of a bug that is put in (espruino-bugs.ts). */
    readonly bug?: string;
}

/** What an application takes of a client's file. */
export interface Library {
    readonly Client: new (options: ClientOptions) => Client;
    readonly Subscription: typeof Subscription;
    readonly Topic: typeof Topic;
    /** Does what is left to do when an event is over. */
    idle(): void;
    /** The packet identifier that the client gave out last, to be set. Where there is none, identifiers go round by what the application does. */
    readonly identifiers?: { last: number };
    /** What no user name may contain; where there is none, none may be long. */
    readonly forbidden?: string;
}

/** Where a file for Espruino has the packet identifier that it gave out last: it is private, and 65,535 messages take too long. */
const LAST_IDENTIFIER = /([\w$.]+) ?% ?65535/;

/** Bytes that may wait in a socket; which of them goes by what the link takes. */
const QUEUE_SIZES = [30, 0, 536];

type Listener = (this: FakeSocket, told: unknown) => void;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** The settings as this client takes them. */
export function settingsOnEspruino(settings: Settings): Settings {
    const responseTimeout = Math.min(settings.responseTimeout, settings.keepAlive * 475 || Infinity);
    return { ...settings, responseTimeout, connectTimeout: responseTimeout, window: Infinity };
}

/** A socket of `net`: what is written waits in `dSnd`, and listeners, which lie in `#on…`, are told when the present event is over. */
class FakeSocket implements TransportOwner {
    dSnd = '';
    conn = false;
    [listener: `#on${string}`]: Listener | undefined;
    /** The end of it, which the link has not seen. */
    private fresh = '';
    private readonly connection: Connection | null;
    private readonly world: World;
    private readonly later: (() => void)[];
    private readonly edges: Edges;
    private readonly queueSize: number;

    constructor(world: World, later: (() => void)[], edges: Edges, queueSize: number) {
        this.queueSize = queueSize;
        this.world = world;
        this.later = later;
        this.edges = edges;
        this.connection = world.link.connection;
    }

    on(event: string, listener: Listener): void {
        this[`#on${event}`] = listener;
    }

    write(text: string): boolean {
        this.world.judge.require(this.dSnd === '' || this.dSnd.length + text.length <= this.queueSize, 'contract', `more than ${this.queueSize} bytes are to wait in the socket`);
        const written = this.edges.leave ? this.edges.leave(packetsIn(text)).join('') : text;
        this.dSnd += written;
        this.fresh += written;
        this.later.push(() => this.leave());
        return false;
    }

    end(): void {
        if (this.connection !== this.world.link.connection) return;
        this.hand();
        this.world.link.close();
    }

    onOpen(): void {
        this.conn = true;
        if (this.dSnd === '') this.tell('drain', this);
        else this.later.push(() => this.leave());
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        this.tell('data', latin1(bytes.subarray(start, end)));
    }

    onWritable(): void {
        this.later.push(() => this.leave());
    }

    onClose(): void {
        // What was written for a connection that never came about was tried to be sent all the same.
        if (!this.conn && this.connection) {
            this.hand();
            this.world.witness.ended(this.connection);
        }
        this.tell('close', false);
    }

    private tell(event: string, told: unknown): void {
        this[`#on${event}`]?.call(this, told);
    }

    /** The turn is over: the machine below takes what was written, and as much of the queue leaves as the link has room for. */
    private leave(): void {
        const { connection } = this;
        if (!connection?.opened || connection !== this.world.link.connection || this.dSnd === '') return;
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
        if (!connection.opened) return this.world.witness.taken(connection, bytes, 0, bytes.length);
        const { room } = connection;
        connection.room = Infinity;
        for (let at = 0; at < bytes.length;) at += link.write(bytes, at, bytes.length);
        connection.room = room;
        link.flush();
    }
}

/** The edges of a client with the bug of this name. */
function edgesOf(name: string): Edges {
    const bug = edgeBugs.find(each => each.name === name);
    if (!bug) throw new Error(`no bug of the client for Espruino is called ${name}`);
    return bug.make();
}

/** Loads a file for Espruino on a board of `world`. */
export function loadOnEspruino({ code, bug }: EspruinoFile, world: World, clock: SimulatedClock): Library {
    const edges = bug === undefined ? {} : edgesOf(bug);
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
        connect({ queueSize }: SocketOptions) {
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
            return socket = new FakeSocket(world, later, edges, queueSize!);
        },
    };
    const globals = {
        exports: {} as Record<string, unknown>,
        E: {
            toString: (...data: unknown[]) => data.map(characters).join(''),
            toUint8Array: (...data: unknown[]) => Uint8Array.from(Buffer.from(characters(data), 'latin1')),
        },
        // Somebody sets it now and then. Its microseconds are nobody's.
        getTime: () => {
            if (world.script.chance(1)) set += world.script.below(2) ? 1e9 : -1e6;
            return 1.7e9 + (world.judge.time + set) / 1000 + clock.random() % 1000 / 1e6;
        },
        print(text: string, error: unknown) {
            if (text !== 'motemq:') world.judge.fail('exceptions', `the client prints ${text}`);
            else if (edges.report) edges.report(error);
            else clock.caught(error);
        },
        setTimeout: (callback: (argument: unknown) => void, ms: number, argument: unknown) => {
            onTimer = () => callback(argument);
            const whole = Math.round(Number(ms));
            clock.wakeAfter(edges.wait ? edges.wait(whole) : whole);
            return ++timers;
        },
        clearTimeout: (timer: number) => {
            if (timer === timers) clock.wakeAfter(-1);
        },
    };
    const [, last] = LAST_IDENTIFIER.exec(code) ?? [];
    if (!last) throw new Error(`${LAST_IDENTIFIER} is not in the client for Espruino: say in the simulator's espruino.ts where it counts packet identifiers`);
    // oxlint-disable-next-line no-new-func -- the published file, as require() runs it.
    new Function(...Object.keys(globals), `${code};exports.identifiers={get last(){return ${last}},set last(to){${last}=to}}`)(...Object.values(globals));
    const file = globals.exports as unknown as { Client: new (options: object) => Client } & Library;
    const hear = edges.hear;
    const through = (handler: ((message: Message) => void) | undefined) => hear && handler ? (message: Message) => hear.call(edges, message, handler) : handler;
    const Made = function (given: ClientOptions): Client {
        const options = { ...given, onMessage: through(given.onMessage) };
        edges.begin?.(options);
        const client = new file.Client({ ...options, transport: { io, host: 'broker', port: 1883, queueSize: QUEUE_SIZES[world.settings.capacity % QUEUE_SIZES.length] }, sendBuffer: options.sendBuffer.length, receiveBuffer: options.receiveBuffer.length });
        edges.made?.(client, options);
        return client;
    };
    const Asked = function (platform: SimulatedClock, filter: string, qos: number, onMessage?: (message: Message) => void): Subscription {
        return new file.Subscription(platform, filter, qos, through(onMessage));
    };
    return {
        Client: Made as unknown as Library['Client'], Subscription: Asked as unknown as typeof Subscription, Topic: file.Topic, identifiers: file.identifiers, forbidden: '\0', idle,
    };
}
