// Scenarios of a node that receives. The host publishes once all subscriptions are granted. Board dialect.
import { Subscription } from '../../src/index.ts';
import type { Message } from '../../src/index.ts';
import { receiveBuffer, Scenario } from './scenario.ts';
import type { Settings } from './scenario.ts';

const DOLLAR = 0x24;

/** Filters with wildcards, each with a handler of its own, and one filter without. */
export class Wildcards extends Scenario {
    private granted!: number;

    protected override prepare(): void {
        const platform = this.device.platform;
        this.granted = 0;
        this.client.subscribe(new Subscription(platform, this.path('+/temp'), 1, message => this.heard('one level', message)));
        this.client.subscribe(new Subscription(platform, this.path('room/#'), 1, message => this.heard('all levels', message)));
        this.client.subscribe(new Subscription(platform, this.path('exact'), 1));
        this.client.subscribe(new Subscription(platform, this.path('go'), 1, () => this.finish()));
    }

    protected override onSubscribed(): void {
        if (++this.granted === 4) this.report('ready');
    }
}

/** `#`, which the broker's own topics do not match, beside a filter that they do [MQTT-4.7.2-1]. */
export class Dollar extends Scenario {
    private granted!: number;
    private system!: boolean;

    protected override prepare(): void {
        const platform = this.device.platform;
        this.granted = 0;
        this.system = false;
        this.client.subscribe(new Subscription(platform, '#', 0, message => this.any(message)));
        this.client.subscribe(new Subscription(platform, '$SYS/#', 0, () => {
            if (!this.system) this.report('a message of $SYS');
            this.system = true;
        }));
        this.client.subscribe(new Subscription(platform, this.path('go'), 0, () => this.finish()));
    }

    protected override onSubscribed(): void {
        if (++this.granted === 3) this.report('ready');
    }

    private any(message: Message): void {
        if (message.topicBytes[message.topicStart] === DOLLAR) this.report('# was given a topic with $');
        else this.heard('#', message);
    }
}

/** A message of many times the receive buffer, skipped or in pieces, and a small one behind it. */
abstract class Large extends Scenario {
    private granted!: number;
    private sum!: number;
    private pieces!: number;
    private expected!: number;

    protected override prepare(): void {
        const platform = this.device.platform;
        this.granted = this.sum = this.pieces = this.expected = 0;
        this.client.subscribe(new Subscription(platform, this.path('large'), 1, message => this.piece(message)));
        this.client.subscribe(new Subscription(platform, this.path('go'), 1, () => this.finish()));
    }

    protected override configure(settings: Settings): void {
        settings.receiveBuffer = receiveBuffer(this.device, 64);
        settings.streamLarge = this.streams();
    }

    protected abstract streams(): boolean;

    protected override onSubscribed(): void {
        if (++this.granted === 2) this.report('ready');
    }

    private piece(message: Message): void {
        if (message.offset !== this.expected) this.report('a piece at ' + message.offset + ' instead of ' + this.expected);
        // Weighed by place, so that a piece in the wrong place is found out.
        for (let index = message.start; index < message.end; index++) {
            this.sum = (this.sum + message.bytes[index] * (this.expected % 251 + 1)) % 65521;
            this.expected++;
        }
        this.pieces++;
        if (this.expected === message.total) this.report('large ' + message.total + ' sum ' + this.sum + (this.pieces > 1 ? ' in pieces' : ' whole'));
    }
}

export class StreamLarge extends Large {
    protected override streams(): boolean {
        return true;
    }
}

export class SkipLarge extends Large {
    protected override streams(): boolean {
        return false;
    }
}
