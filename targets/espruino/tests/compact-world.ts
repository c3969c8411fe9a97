// The clients made for Espruino's sockets, as they are published, in a world that a test plays: one socket, one timer, a clock.
import * as assert from 'uvu/assert';
import { characters } from '../../../hardware-tests/boards/espruino/characters.ts';
import { publishedFiles } from '../../../hardware-tests/boards/espruino/bundle.ts';
import type { Client, ClientOptions } from '../compact/options.ts';
import type { Subscription } from '../compact/subscription.ts';
import type { Topic } from '../compact/topic.ts';

export const files = await publishedFiles();

export function latin1(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString('latin1');
}

export class World {
    readonly writes: string[] = [];
    readonly states: [number, number][] = [];
    acknowledged: number[] = [];
    writable = 0;
    throws = false;
    onWrite = (): void => {};
    time = 1000;
    /** Timers that are set, of which there is to be one. */
    timers = 0;
    private latest = 0;
    private due = Infinity;
    private callback: (() => void) | undefined;
    private readonly socket: Record<string, unknown> & { dSnd: string } = {
        dSnd: '',
        on: (event: string, listener: () => void) => void (this.socket[`#on${event}`] = listener),
        write: (text: string) => {
            if (this.throws) throw new Error('This socket is closed');
            if (text === '') return false;
            this.writes.push(text);
            this.onWrite();
            return false;
        },
        end: () => {},
    };
    readonly transport = { io: { connect: () => this.socket }, host: 'broker', port: 1883 };
    private readonly file: { Client?: new (options: object) => Client; Publisher?: new (options: object) => Client; Topic: new (platform: null, text: string) => Topic; Subscription: new (platform: null, filter: string, qos: number, onMessage?: () => void) => Subscription };
    client!: Client;

    constructor(code: string) {
        const globals = {
            exports: {},
            E: {
                toString: (...data: unknown[]) => characters(data),
                toUint8Array: (...data: unknown[]) => Uint8Array.from(Buffer.from(characters(data), 'latin1')),
            },
            getTime: () => this.time, print: () => {},
            setTimeout: (callback: (argument: unknown) => void, ms: number, argument: unknown) => {
                this.callback = () => callback(argument);
                this.due = this.time + ms / 1000;
                this.timers++;
                return ++this.latest;
            },
            clearTimeout: (timer: number) => {
                if (timer === 0) return;
                // A number may be given to another timer once it is over.
                assert.is(timer, this.latest);
                this.callback = undefined;
                this.timers--;
            },
        };
        // oxlint-disable-next-line no-new-func -- the published file, as require() runs it.
        new Function(...Object.keys(globals), code)(...Object.values(globals));
        this.file = globals.exports as typeof this.file;
    }

    make(options: Partial<ClientOptions> | object = {}): Client {
        const Made = (this.file.Client ?? this.file.Publisher)!;
        return this.client = new Made({
            transport: this.transport, clientId: 'c', sendBuffer: 60, receiveBuffer: 16, cleanSession: true,
            onStateChange: (state: number, reason: number) => this.states.push([state, reason]),
            onAcknowledged: (handle: number) => this.acknowledged.push(handle),
            onWritable: () => this.writable++,
            ...options,
        });
    }

    topic(text: string): Topic {
        return new this.file.Topic(null, text);
    }

    subscription(filter: string, qos: number, onMessage?: () => void): Subscription {
        return new this.file.Subscription(null, filter, qos, onMessage);
    }

    /** Lets the time pass for which the client has asked, and `step` s more on the clock that somebody sets. */
    tick(step = 0): void {
        const callback = this.callback!;
        this.time = this.due + step;
        this.callback = undefined;
        this.timers--;
        callback();
    }

    hear(event: string, told: unknown = this.socket): void {
        (this.socket[`#on${event}`] as ((this: unknown, told: unknown) => void) | undefined)?.call(this.socket, told);
    }

    queued(bytes: number): void {
        this.socket.dSnd = 'x'.repeat(bytes);
    }

    get waiting(): number {
        return this.socket.dSnd.length;
    }

    /** Until CONNECT is written. */
    open(): void {
        this.client.start();
        this.tick();
    }

    accept(): void {
        this.hear('data', ' \x02\0\0');
    }

    connect(): void {
        this.open();
        this.accept();
        this.writes.length = 0;
    }
}
