// Board bundles do the same whether they are readable or minified with shortened names: one conversation, byte for byte.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runInNewContext } from 'node:vm';
import type { Client, ClientOptions, Publisher, PublisherOptions, Subscription, Topic } from '../../src/index.ts';
import type { Platform, PlatformOwner, Transport, TransportOwner } from '../../src/transport.ts';
import { prepareBoardBundles } from '../bundles.ts';

interface Exports {
    readonly Client: new (options: ClientOptions) => Client;
    readonly Publisher: new (options: PublisherOptions) => Publisher;
    readonly Subscription: new (...parameters: ConstructorParameters<typeof Subscription>) => Subscription;
    readonly Topic: new (...parameters: ConstructorParameters<typeof Topic>) => Topic;
}

/** A machine without time and a transport that takes everything; both write down what is asked of them. */
class World implements Platform, Transport {
    readonly events: string[] = [];
    peer!: TransportOwner;
    private session!: PlatformOwner;
    attach(owner: PlatformOwner): void { this.session = owner; }
    now(): number { return 1000; }
    wakeAfter(ms: number): void { this.events.push(`wake ${ms}`); }
    random(): number { return 0; }
    utf8(text: string): Uint8Array { return new TextEncoder().encode(text); }
    caught(error: unknown): void { this.events.push(`caught ${String(error)}`); }
    open(owner: TransportOwner): void {
        this.peer = owner;
        owner.onOpen();
    }
    write(bytes: Uint8Array, start: number, end: number): number {
        this.events.push(`write ${Buffer.from(bytes.subarray(start, end)).toString('hex')}`);
        return end - start;
    }
    flush(): void { this.events.push('flush'); }
    close(): void { this.events.push('close'); }
    wake(): void { this.session.onWake(); }
    receive(hex: string): void {
        const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
        this.peer.onBytes(bytes, 0, bytes.length);
    }
}

function load(code: string): Exports {
    const exported = {};
    runInNewContext(code, { exports: exported, Uint8Array });
    return exported as Exports;
}

/** Connects, publishes at QoS 1, is acknowledged, loses the connection with a message unacknowledged, and connects again. */
function publishing(client: Publisher, topic: Topic, world: World): void {
    const payload = new Uint8Array([1, 2, 3]);
    const turn = () => world.wake();
    client.start();
    turn();
    world.receive('20020000');
    const handle = client.publish(topic, payload, 0, 3, 1, false);
    turn();
    world.receive('4002' + handle.toString(16).padStart(4, '0'));
    client.publish(topic, payload, 1, 3, 1, true);
    turn();
    world.peer.onClose(17);
    turn();
    world.receive('20020000');
    turn();
    world.events.push(`state ${client.state}, ${client.closeReason}: ${client.sent} sent, ${client.acknowledged} acknowledged, ${client.resent} resent`);
}

const options = (world: World) => ({ transport: world, platform: world, sendBuffer: new Uint8Array(256), clientId: 'node', cleanSession: true, retryDelay: 1 });

function talkAsPublisher({ Publisher: Class, Topic: TopicClass }: Exports): string[] {
    const world = new World();
    publishing(new Class(options(world)), new TopicClass(world, 'a/b'), world);
    return world.events;
}

function talkAsClient({ Client: Class, Subscription: SubscriptionClass, Topic: TopicClass }: Exports): string[] {
    const world = new World();
    const client = new Class({ ...options(world), receiveBuffer: new Uint8Array(64) });
    client.subscribe(new SubscriptionClass(world, 'c/+', 1, message => {
        world.events.push(`message ${message.qos} ${Buffer.from(message.bytes.subarray(message.start, message.end)).toString('hex')}`);
    }));
    publishing(client, new TopicClass(world, 'a/b'), world);
    // A PUBLISH at QoS 1, identifier 7, topic c/d, payload FF.
    world.receive('32080003632f640007ff');
    world.wake();
    return world.events;
}

const bundles = await prepareBoardBundles();

for (const [name, talk] of [['publish-only', talkAsPublisher], ['full', talkAsClient]] as const) {
    test(`${name}: minified and shortened it says the same as readable`, async () => {
        const bundle = bundles.find(one => one.name === name)!;
        assert.ok(bundle.mangled.length > 0);
        const [readable, minified] = await Promise.all([false, true].map(minify => bundle.emit({ minify, texts: false })));
        const events = talk(load(readable.code));
        assert.ok(events.includes('state 4, 17: 2 sent, 1 acknowledged, 1 resent'), events.join('\n'));
        assert.equal(events.filter(event => event.startsWith('caught')), []);
        assert.is(events.filter(event => event === 'message 1 ff').length, name === 'full' ? 1 : 0);
        assert.equal(talk(load(minified.code)), events);
    });

    test(`${name}: texts for people are in it only if they are asked for`, async () => {
        const bundle = bundles.find(one => one.name === name)!;
        const [without, within] = await Promise.all([false, true].map(texts => bundle.emit({ minify: true, texts })));
        const sentence = 'keepAlive is 0 to 65535 seconds';
        assert.not.match(without.code, sentence);
        assert.match(within.code, sentence);
    });
}

test.run();
