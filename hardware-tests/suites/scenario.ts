// What scenarios have in common. A scenario runs on any engine: it is handed a device's transport and platform, acts on what
// its client tells it, and reports in lines of text, which the host compares with what the broker passed on. Board dialect.
import { CONNECTED, Client, STOPPED, Topic } from '../../src/index.ts';
import type { ClientOptions, Message, Platform, Subscription, Transport } from '../../src/index.ts';

/** What the host tells a device. */
export interface Parameters {
    readonly scenario: string;
    /** The first level of every topic of this run. */
    readonly prefix: string;
    readonly clientId: string;
    readonly userName: string;
    readonly password: string;
    /** How often the board has slept deeply, or lost its power, in this scenario; without it, never. */
    readonly wake?: number;
}

export interface Device {
    readonly transport: Transport;
    readonly platform: Platform;
    /** For the client; about 512 bytes. */
    readonly sendBuffer: Uint8Array;
    /** What a client is given to receive `size` bytes in; a new array if absent. */
    receiveBuffer?(size: number): Uint8Array;
    readonly parameters: Parameters;
    /** One line, without its end. */
    report(line: string): void;
    /** Asks the host for a fault of the link, say; only boards of the bench can. */
    ask?(command: string, onAnswer: (answer: string) => void): void;
    /** Milliseconds, monotonic; only boards of the bench have it. */
    now?(): number;
    /** In use once garbage is collected, as the engine counts; -1: not known. */
    memory?(): number;
    /** Sleeps deeply, and starts anew; null: it cannot. */
    readonly sleep?: ((ms: number) => void) | null;
    /** The scenario has ended: well if `failure` is empty; not made at all if `skip` says why. */
    ended?(failure: string, skip: string): void;
}

/** What a scenario may still change. */
export type Settings = { -readonly [Key in keyof ClientOptions]: ClientOptions[Key] };

/** `text`, which is ASCII, as bytes. */
export function bytesOf(text: string): Uint8Array {
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < bytes.length; index++) bytes[index] = text.charCodeAt(index);
    return bytes;
}

/** bytes[start..end), which are ASCII, as a text. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
    let text = '';
    for (let index = start; index < end; index++) text += String.fromCharCode(bytes[index]);
    return text;
}

/** What the client of a device or link receives `size` bytes in. */
export function receiveBuffer(link: Pick<Device, 'receiveBuffer'>, size: number): Uint8Array {
    return link.receiveBuffer ? link.receiveBuffer(size) : new Uint8Array(size);
}

export abstract class Scenario {
    protected readonly device: Device;
    protected readonly client: Client;
    private finished = false;
    /** What went wrong first. */
    private failure = '';

    constructor(device: Device) {
        const parameters = device.parameters;
        const settings: Settings = {
            transport: device.transport,
            platform: device.platform,
            sendBuffer: device.sendBuffer,
            receiveBuffer: receiveBuffer(device, 256),
            clientId: parameters.clientId,
            userName: parameters.userName,
            password: parameters.password,
            cleanSession: true,
            retryDelay: 4,
            retryDelayMaximum: 32,
            onStateChange: (state, reason) => this.stateChanged(state, reason),
            onAcknowledged: () => this.onAcknowledged(),
            onSubscribed: subscription => this.onSubscribed(subscription),
            onWritable: () => this.onWritable(),
            onMessage: message => this.heard('other', message),
        };
        this.device = device;
        this.configure(settings);
        this.client = new Client(settings);
        this.prepare();
    }

    start(): void {
        this.client.start();
    }

    /** Ends it from outside. */
    stop(): void {
        this.finished = true;
        this.client.stop();
    }

    /** Called by the constructor. */
    protected configure(_settings: Settings): void {
        // Most scenarios take the settings as they are.
    }

    /**
     * Called at the end of the constructor, and sets the scenario's fields. Espruino can make no client while the `super(…)` of a
     * scenario is running, so no scenario has a constructor or a field with an initial value.
     */
    protected prepare(): void {
        // Not every scenario has fields or subscribes.
    }

    protected onConnected(): void {
        // Some scenarios begin with a subscription instead.
    }

    protected onStopped(): void {
        // Few scenarios go on afterwards.
    }

    protected onAcknowledged(): void {
        // Not every scenario publishes.
    }

    protected onSubscribed(_subscription: Subscription): void {
        // Not every scenario subscribes.
    }

    protected onWritable(): void {
        // Only a full buffer brings it.
    }

    /** What a scenario says about itself at its end, by `expect`. */
    protected judge(): void {
        // Most are judged by the host alone, from what it saw.
    }

    /** The scenario fails, with `otherwise`, unless `holds`. */
    protected expect(holds: boolean, otherwise: string): void {
        if (!holds && !this.failure) this.failure = otherwise;
    }

    /** Ends a scenario that this device cannot play. */
    protected skip(why: string): void {
        this.stop();
        if (this.device.ended) this.device.ended('', why);
    }

    protected ask(command: string, onAnswer: (answer: string) => void): void {
        if (this.device.ask) this.device.ask(command, onAnswer);
    }

    protected memory(): number {
        return this.device.memory ? this.device.memory() : -1;
    }

    /** Ms. */
    protected now(): number {
        return this.device.now ? this.device.now() : 0;
    }

    protected canSleep(): boolean {
        return !!this.device.sleep;
    }

    /** `ms`: for how long. */
    protected sleep(ms: number): void {
        if (this.device.sleep) this.device.sleep(ms);
    }

    /** How often this board has started anew in this scenario. */
    protected wakes(): number {
        return this.device.parameters.wake ?? 0;
    }

    /** The last thing that a scenario does. */
    protected finish(): void {
        this.finished = true;
        this.client.stop();
    }

    /** A broker may send a message back before it acknowledges it. */
    protected finishAfter(acknowledged: number, received: number): void {
        if (this.client.acknowledged === acknowledged && this.client.received === received) this.finish();
    }

    protected report(line: string): void {
        this.device.report(line);
    }

    /** The topic `name` of this run. */
    protected path(name: string): string {
        return this.device.parameters.prefix + '/' + name;
    }

    protected publish(name: string, payload: string, qos: number, retain: boolean): number {
        const bytes = bytesOf(payload);
        return this.client.publish(new Topic(this.device.platform, this.path(name)), bytes, 0, bytes.length, qos, retain);
    }

    /** Reports a message: who was handed it, its topic without the prefix, and what it says. */
    protected heard(who: string, message: Message): void {
        const topicStart = message.topicStart + this.device.parameters.prefix.length + 1;
        this.report(who + ' heard ' + textOf(message.topicBytes, topicStart, message.topicEnd) + ' "' + textOf(message.bytes, message.start, message.end)
            + '" qos ' + message.qos + (message.retain ? ' retained' : ''));
    }

    private stateChanged(state: number, reason: number): void {
        this.report('state ' + state + ' ' + reason);
        if (state === CONNECTED) this.onConnected();
        if (state === STOPPED) {
            this.onStopped();
            if (this.finished) this.sumUp();
        }
    }

    private sumUp(): void {
        const client = this.client;
        this.report('done connections ' + client.connections + ' sent ' + client.sent + ' acknowledged ' + client.acknowledged + ' received ' + client.received
            + ' skipped ' + client.skipped + ' safe ' + client.safeToSleep);
        this.expect(client.safeToSleep, 'something is unsent or unacknowledged at the end');
        this.judge();
        if (this.failure) this.report('failed: ' + this.failure);
        if (this.device.ended) this.device.ended(this.failure, '');
    }
}
