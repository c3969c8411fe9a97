// A modem: its power, SIM card, cell, bearer and sockets, behind a front that hears and speaks. What a manufacturer does in his own way is in
// its dialect, what goes wrong in its faults. Written from public manuals, logs and issues; it shares nothing with the drivers of
// targets/modem, so that a mistake of one shows in the other.
import { Announcer } from './announcer.ts';
import type { Call } from './call.ts';
import { commonCommands } from './common.ts';
import { SEND_COMMAND } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import type { Faults } from './faults.ts';
import { Front } from './front.ts';
import type { FrontOwner, Gap } from './front.ts';
import { ModemSocket } from './socket.ts';
import type { Clock, Connection, ConnectionOwner, Network, TlsFiles } from './world.ts';

/** The card. */
export interface Sim {
    state: 'ready' | 'pin' | 'puk' | 'tied' | 'absent' | 'failure';
    pin: string;
    /** Of the PIN, left. It stands in the card: no restart of anything changes it. */
    attempts: number;
    /** Of a modem that is tied to another card or network: what it wants, as it says so; a number is that of +CME ERROR. */
    tie: string | number;
}

/** What the modem finds on the air. */
export interface Cell {
    /** Of 27.007 §10.1.22: 0 idle, 1 home, 2 searching, 3 denied, 4 unknown, 5 roaming. */
    status: number;
    /** The same for GPRS (CGREG), where the modem knows both networks; null: as with the other one. */
    gprs: number | null;
    /** Ms from the start until then; until then it is searching. */
    delay: number;
    /** The only access point name that gets an address; of a WiFi the network's name. Null: any. */
    apn: string | null;
    /** Of a WiFi; null: any. */
    password: string | null;
}

/** Where the modem's bytes go: the line. */
export interface Output {
    push(bytes: Uint8Array): void;
    /** What has not left yet is lost. */
    cut(): void;
}

/** How fast it is. */
export interface Pace {
    /** Of a command, in ms. */
    readonly least: number;
    readonly most: number;
    /** From power to the first line, in ms. */
    readonly boot: number;
}

export interface ModemOptions {
    readonly clock: Clock;
    readonly network: Network;
    readonly dialect: Dialect;
    readonly faults: Faults;
    readonly output: Output;
    readonly sim?: Partial<Sim>;
    readonly cell?: Partial<Cell>;
    readonly pace?: Pace;
    /** What lies in the modem's file system, for TLS. */
    readonly tls?: TlsFiles;
    /** Switched off, the power key must be pressed. */
    readonly off?: true;
}

/** Of a card whose PIN was right the last time. */
export const PIN_ATTEMPTS = 3;

/** Ms for which the power key must be pressed. */
const KEY_PRESS = 500;

export class Modem implements FrontOwner {
    readonly clock: Clock;
    readonly faults: Faults;
    readonly front: Front;
    readonly sim: Sim;
    readonly cell: Cell;
    power: 'off' | 'starting' | 'on' = 'off';
    /** CFUN: 0 or 4 means that the radio is off. */
    functionality = 1;
    /** An address has been given. */
    bearer = false;
    readonly sockets = new Map<number, ModemSocket>();
    /** Settings that a restart forgets, by command. */
    readonly settings = new Map<string, string>();
    /** The answer to the last failure of a socket. */
    lastError = 0;
    /** Commands that it did not know. */
    readonly unknown = new Set<string>();
    readonly dialect: Dialect;
    readonly announcer = new Announcer(this);
    /** Is told the speed that the host has asked for with IPR. */
    onSpeed: (baud: number) => void = () => {};
    private readonly options: ModemOptions;
    private readonly network: Network;
    private readonly pace: Pace;
    /** The card asks for its PIN after each start. */
    private readonly locked: boolean;
    private onSince = 0;
    private pressedAt = 0;
    private refusesUntil = 0;
    /** Counts starts and stops. */
    private turn = 0;

    constructor(options: ModemOptions) {
        const { clock, network, faults, dialect } = options;
        this.options = options;
        this.clock = clock;
        this.network = network;
        this.faults = faults;
        this.dialect = dialect;
        this.sim = { state: 'ready', pin: '1234', attempts: PIN_ATTEMPTS, tie: 'PH-NET PIN', ...options.sim };
        this.locked = this.sim.state === 'pin';
        this.cell = { status: 1, gprs: null, delay: 500, apn: null, password: null, ...options.cell };
        this.pace = options.pace ?? { least: 3, most: 30, boot: 2000 };
        this.front = new Front(clock, faults, this, dialect.strict === true);
        this.front.latency = () => faults.happens('slow') ? faults.between(200, 2000) : faults.between(this.pace.least, this.pace.most);
        if (!options.off) {
            this.power = 'on';
            this.onSince = clock.now();
        }
    }

    /** Bytes from the host. */
    hear(bytes: Uint8Array): void {
        if (this.power === 'on') this.front.hear(bytes);
    }

    /** The power key: it toggles. */
    key(pressed: boolean): void {
        this.faults.note(pressed ? 'the power key is pressed' : 'the power key is let go');
        if (pressed) {
            this.pressedAt = this.clock.now();
        } else if (this.clock.now() - this.pressedAt >= KEY_PRESS) {
            if (this.power === 'off') this.start();
            else this.stop(this.dialect.powerDownLine);
        }
    }

    /** Switches on. */
    start(): void {
        const turn = ++this.turn;
        this.power = 'starting';
        this.front.restart();
        this.bearer = false;
        this.functionality = 1;
        if (this.locked && this.sim.state === 'ready') this.sim.state = 'pin';
        this.settings.clear();
        for (const socket of this.sockets.values()) socket.close(false);
        this.sockets.clear();
        this.refusesUntil = 0;
        this.dialect.reset?.(this);
        this.clock.after(this.pace.boot, () => {
            if (turn !== this.turn) return;
            this.power = 'on';
            this.onSince = this.clock.now();
            if (this.faults.happens('junk')) this.front.sayBytes(Uint8Array.from({ length: 1 + this.faults.below(6) }, () => this.faults.below(256)));
            for (const [index, line] of this.dialect.bootLines.entries()) {
                this.front.after(index * this.pace.boot / 10, () => this.front.announce(line));
            }
        });
    }

    /** Starts anew, at once and without a word. */
    restart(): void {
        this.options.output.cut();
        this.start();
    }

    /** Goes off with a last `line`. */
    stop(line: string): void {
        if (this.power === 'on' && line) this.front.announce(line);
        this.turn++;
        this.power = 'off';
        this.front.restart();
        for (const socket of this.sockets.values()) socket.close(false);
        this.sockets.clear();
        this.bearer = false;
    }

    /** Sleeps for `ms`; then, or when the key is pressed, it starts. */
    sleep(ms: number): void {
        this.stop(this.dialect.sleepLine);
        const turn = this.turn;
        this.clock.after(ms, () => {
            if (turn === this.turn) this.start();
        });
    }

    /** Of 27.007 §10.1.22. */
    get registration(): number {
        if (this.functionality !== 1) return 0;
        if (this.sim.state !== 'ready' && !this.dialect.wifi) return 0;
        return this.clock.now() - this.onSince < this.cell.delay ? 2 : this.cell.status;
    }

    get registered(): boolean {
        return this.registration === 1 || this.registration === 5;
    }

    /** The cell is out of reach for `ms`. */
    loseRegistration(ms: number): void {
        this.onSince = this.clock.now() + ms - this.cell.delay;
        this.loseBearer();
    }

    /** Asks for an address, with `apn`. */
    raiseBearer(apn: string, done: (up: boolean) => void): void {
        this.front.after(this.pace.most * 3, () => {
            this.bearer = this.registered && (this.cell.apn === null || this.cell.apn === apn);
            done(this.bearer);
        });
    }

    /** The network takes the address away. */
    loseBearer(): void {
        if (!this.bearer) return;
        this.dropBearer();
        this.announcer.announce(this.dialect.bearerLost);
    }

    /** The bearer ends, without a word. */
    dropBearer(): void {
        this.bearer = false;
        for (const socket of this.sockets.values()) {
            if (socket.state === 'open' || socket.state === 'opening') socket.close(false);
        }
    }

    newSocket(id: number, secure: boolean): ModemSocket {
        const socket = new ModemSocket(id, secure, this.announcer);
        this.sockets.set(id, socket);
        return socket;
    }

    connect(host: string, port: number, secure: boolean, owner: ConnectionOwner): Connection {
        return this.network.connect(host, port, secure ? this.options.tls ?? {} : null, owner);
    }

    /** The connection is closed from the other side. `behindData`: what has arrived can still be read. */
    closedByPeer(socket: ModemSocket, behindData: boolean): void {
        if (socket.state !== 'open' || this.sockets.get(socket.id) !== socket) return;
        if (!behindData) socket.take(socket.waiting);
        socket.close(false);
        this.announcer.onEnded(socket);
    }

    perform(call: Call): void {
        const { faults } = this;
        if (faults.happens('refuses everything for a while')) this.refusesUntil = this.clock.now() + faults.between(500, 20000);
        if (this.clock.now() < this.refusesUntil) return call.error();
        if (call.name && faults.happens('error by number')) return call.cme([3, 4, 14, 30, 100, 148][faults.below(6)]);
        const command = this.dialect.commands[call.name] ?? (this.dialect.wifi && call.name.startsWith('+C') ? undefined : commonCommands[call.name]);
        if (command) return command(this, call);
        this.unknown.add(call.name);
        call.error();
    }

    onGap(gap: Gap): void {
        this.announcer.onGap(gap);
    }

    isLength(typed: string): boolean {
        return SEND_COMMAND.test(typed) && !this.isUntold(typed);
    }

    /** If a digit of `typed` is lost nothing shows it, and nobody can tell. */
    isUntold(typed: string): boolean {
        const { tellsNoCount } = this.dialect;
        return tellsNoCount !== undefined && typed.toUpperCase().includes(tellsNoCount);
    }

    onOutput(bytes: Uint8Array): void {
        this.options.output.push(bytes);
    }
}
