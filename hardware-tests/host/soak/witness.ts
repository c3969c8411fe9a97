// Sees all that the broker passes on, with a kept session and no proxy between: an independent client that comes back when the
// broker does.
import { Observer } from '../observer.ts';
import { AT_MOST_ONCE, Inlet, KEPT } from './inlet.ts';
import type { InletOwner } from './inlet.ts';
import { readPayload } from './payload.ts';

/** How often it looks, in ms. */
const INTERVAL = 20;

export class SoakWitness {
    /** Wills that the broker has published, by device. */
    readonly wills = new Map<string, number>();
    /** By topic. */
    private readonly inlets = new Map<string, Inlet>();
    private readonly prefix: string;
    private readonly port: number;
    private readonly owner: InletOwner;
    private observer!: Observer;
    private timer: NodeJS.Timeout | undefined;
    private returning: Promise<void> | null = null;

    constructor(port: number, prefix: string, names: readonly string[], owner: InletOwner) {
        this.port = port;
        this.prefix = prefix;
        this.owner = owner;
        for (const name of names) {
            this.inlets.set(`${prefix}/${name}/0`, new Inlet(name, AT_MOST_ONCE, owner));
            this.inlets.set(`${prefix}/${name}/1`, new Inlet(name, KEPT, owner));
        }
    }

    async start(): Promise<void> {
        await this.connect();
        this.timer = setInterval(() => this.look(), INTERVAL);
    }

    stop(): void {
        clearInterval(this.timer);
        this.observer.close();
    }

    /** How far the QoS 1 stream of `name` has come. */
    received(name: string): number {
        return this.inlets.get(`${this.prefix}/${name}/1`)!.next - 1;
    }

    private async connect(): Promise<void> {
        this.observer = await Observer.connect({ port: this.port, session: `${this.prefix}witness`, filter: `${this.prefix}/#` });
    }

    private look(): void {
        // With all that came on a connection that has ended since, before the next one begins.
        for (const { topic, payload } of this.observer.messages.splice(0)) this.onMessage(topic, payload);
        if (!this.observer.ended || this.returning) return;
        for (const inlet of this.inlets.values()) inlet.connected();
        // The broker is not there yet: the next look tries again.
        this.returning = this.connect().catch(() => {}).finally(() => {
            this.returning = null;
        });
    }

    private onMessage(topic: string, payload: string): void {
        const inlet = this.inlets.get(topic);
        if (inlet) {
            const bytes = Buffer.from(payload);
            inlet.take(readPayload(bytes, 0, bytes.length));
        } else if (topic.endsWith('/will')) {
            const name = topic.split('/')[1];
            this.wills.set(name, (this.wills.get(name) ?? 0) + 1);
        } else {
            this.owner.onFault(`a message on ${topic}, where nobody publishes`);
        }
    }
}
