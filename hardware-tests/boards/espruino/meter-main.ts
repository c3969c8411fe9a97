// Runs on a board with Espruino: one small job done by motemq or by one of two other clients, and what it costs the interpreter.
// `E.meter` is not Espruino's: an interpreter made for measuring may have it. meter(0) begins to count; meter(1) tells the
// variables that were allocated since, meter(2) by how many more were in use at the worst moment.
import type { Client, ClientOptions, Publisher, PublisherOptions } from '../../../targets/espruino/compact/options.ts';
import type { Subscription } from '../../../targets/espruino/compact/subscription.ts';
import type { Topic } from '../../../targets/espruino/compact/topic.ts';
import type { Network } from '../../../targets/espruino/espruino.ts';

interface Library {
    readonly Client?: new (options: ClientOptions) => Client;
    readonly Publisher?: new (options: PublisherOptions) => Publisher;
    readonly Subscription: new (platform: null, filter: string, qos: number, onMessage: () => void) => Subscription;
    readonly Topic: new (platform: null, text: string) => Topic;
}

/** What stock MQTT.js and tinyMQTT make. */
interface OtherClient {
    connect(): void;
    on(event: string, listener: () => void): void;
    publish(topic: string, text: string): void;
}

declare const E: { meter?(what: number): number };
declare const process: { memory(): { usage: number } };
declare function require(name: 'net'): Network;
declare function require(name: string): unknown;
declare function getTime(): number;
declare function print(text: string): void;

const TEXT = 'abcdefghij0123456789';
const payload = new Uint8Array(20);
for (let index = 0; index < 20; index++) payload[index] = TEXT.charCodeAt(index);

/** Everything that counts is here from the beginning, so that counting costs no variable. */
const state = { before: 0, loaded: 0, connected: 0, left: 0, since: 0, received: 0, client: null as unknown, topic: null as unknown, publish: null as unknown };

/** Variables in use, once what refers to itself in circles is collected. */
function used(): number {
    return process.memory().usage;
}

function tellConnected(): void {
    print('connected ' + ++state.connected);
}

// What an application has of its own is not the client's.

function onStateChange(now: number): void {
    if (now === 4) tellConnected();
}

function onMessage(): void {
    state.received++;
}

function publish(): void {
    (state.client as Publisher).publish(state.topic as Topic, payload, 0, 20, 0, false);
}

/** Loads motemq's file `name`, connects, and subscribes if it can. */
exports.motemq = (name: string, port: number): void => {
    state.before = used();
    const library = require(name) as Library;
    state.loaded = used();
    const options = {
        transport: { io: require('net'), host: '127.0.0.1', port }, clientId: 'metered', sendBuffer: 128, cleanSession: true, retryDelay: 1, retryDelayMaximum: 2, onStateChange,
    };
    state.publish = publish;
    state.topic = new library.Topic(null, 'a/b');
    if (library.Client) {
        const client = new library.Client({ transport: options.transport, clientId: 'metered', sendBuffer: 128, cleanSession: true, retryDelay: 1, retryDelayMaximum: 2, onStateChange, receiveBuffer: 64 });
        client.subscribe(new library.Subscription(null, 'in', 0, onMessage));
        state.client = client;
    } else if (library.Publisher) state.client = new library.Publisher(options);
    (state.client as Publisher).start();
};

/** Loads another client's file and connects. */
exports.other = (name: string, port: number): void => {
    state.before = used();
    const library = require(name) as { create(host: string, options: object): OtherClient };
    state.loaded = used();
    const client = library.create('127.0.0.1', { port, reconnect_interval: 50, keep_alive: 60 });
    client.on('connected', tellConnected);
    state.client = client;
    state.publish = () => client.publish('a/b', TEXT);
    client.connect();
};

exports.state = state;
exports.used = used;

/** Allocations and peak of one call of publish, and of a call that does nothing, as `a,b,c,d`; nothing without `E.meter`. */
exports.allocations = (): string => {
    const meter = E.meter;
    if (!meter) return '';
    const publish = state.publish as () => void;
    const nothing = () => state.left;
    let count = 0;
    let peak = 0;
    publish();
    meter(0);
    publish();
    count = meter(1);
    peak = meter(2);
    meter(0);
    nothing();
    return count + ',' + peak + ',' + meter(1) + ',' + meter(2);
};

function next(): void {
    (state.publish as () => void)();
    if (--state.left > 0) setTimeout(next, 0);
    else print('ran ' + Math.round((getTime() - state.since) * 1000));
}

/** Publishes `count` messages, one a turn, and prints how many ms that took. */
exports.run = (count: number): void => {
    state.left = count;
    state.since = getTime();
    next();
};
