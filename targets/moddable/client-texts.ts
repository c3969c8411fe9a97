// Encoded topics and subscriptions by their texts: an application of ECMA-419's class hands over a text with each call, mostly
// one of a few.
import type { TextEncoding } from '../../src/codec/text.ts';
import { Topic } from '../../src/codec/topic.ts';
import { Subscription } from '../../src/session/subscription.ts';

/** XS's own. */
const decoder = String as unknown as { fromArrayBuffer(buffer: ArrayBuffer): string };

/** Topics kept. */
const TOPICS = 8;

/** The text, or that of UTF-8 bytes, as Moddable's client takes them too. */
function textOf(text: string | ArrayBuffer | undefined): string {
    return text instanceof ArrayBuffer ? decoder.fromArrayBuffer(text) : text as string;
}

/** The topics that were used last. */
export class TopicTexts {
    private readonly encoding: TextEncoding;
    private readonly texts: string[];
    private readonly topics: Topic[];
    private next = 0;

    constructor(encoding: TextEncoding) {
        this.encoding = encoding;
        this.texts = [];
        this.topics = [];
    }

    /** Throws if it is none. */
    get(text: string | ArrayBuffer | undefined): Topic {
        const wanted = textOf(text);
        const texts = this.texts;
        for (let index = 0; index < texts.length; index++) {
            if (texts[index] === wanted) return this.topics[index];
        }
        const topic = new Topic(this.encoding, wanted);
        const next = this.next;
        texts[next] = wanted;
        this.topics[next] = topic;
        this.next = (next + 1) % TOPICS;
        return topic;
    }
}

/** The subscriptions in force, and those that are asked for. */
export class SubscriptionTexts {
    private readonly encoding: TextEncoding;
    private readonly texts: string[];
    private readonly subscriptions: Subscription[];

    constructor(encoding: TextEncoding) {
        this.encoding = encoding;
        this.texts = [];
        this.subscriptions = [];
    }

    /** Throws if it is no filter. */
    get(text: string | ArrayBuffer): Subscription {
        const wanted = textOf(text);
        const texts = this.texts;
        for (let index = 0; index < texts.length; index++) {
            if (texts[index] === wanted) return this.subscriptions[index];
        }
        const subscription = new Subscription(this.encoding, wanted, 0);
        texts.push(wanted);
        this.subscriptions.push(subscription);
        return subscription;
    }

    remove(subscription: Subscription): void {
        const subscriptions = this.subscriptions;
        for (let index = 0; index < subscriptions.length; index++) {
            if (subscriptions[index] !== subscription) continue;
            const last = subscriptions.length - 1;
            subscriptions[index] = subscriptions[last];
            this.texts[index] = this.texts[last];
            subscriptions.pop();
            this.texts.pop();
            return;
        }
    }
}
