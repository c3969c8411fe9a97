// Scenarios of a node that publishes. Board dialect.
import { Subscription } from '../../src/index.ts';
import type { Message } from '../../src/index.ts';
import { Scenario, bytesOf } from './scenario.ts';
import type { Settings } from './scenario.ts';

/** A message with QoS 0 and one with QoS 1. */
export class Publish extends Scenario {
    protected override onConnected(): void {
        this.publish('data', 'zero', 0, false);
        this.publish('data', 'one', 1, false);
    }

    protected override onAcknowledged(): void {
        this.finish();
    }
}

/** A message without payload, there and back. */
export class Empty extends Scenario {
    protected override prepare(): void {
        this.client.subscribe(new Subscription(this.device.platform, this.path('empty'), 1, message => {
            this.heard('subscriber', message);
            this.finishAfter(1, 1);
        }));
    }

    protected override onSubscribed(): void {
        this.publish('empty', '', 1, false);
    }

    protected override onAcknowledged(): void {
        this.finishAfter(1, 1);
    }
}

/** More messages in one turn than the send buffer holds; the rest as soon as there is room. */
export class Burst extends Scenario {
    private count!: number;
    private refused!: number;

    protected override prepare(): void {
        this.count = this.refused = 0;
    }

    protected override onConnected(): void {
        this.onWritable();
    }

    protected override onWritable(): void {
        while (this.count < 100 && this.publish('burst', 'reading ' + this.count, 1, false) > 0) this.count++;
        if (this.count < 100) this.refused++;
    }

    protected override onAcknowledged(): void {
        if (this.client.acknowledged === 100) {
            this.report(this.refused > 0 && this.refused === this.client.refused ? 'refused some' : 'refused ' + this.client.refused);
            this.finish();
        }
    }
}

/** A will, which the host provokes; later a DISCONNECT, which must not. */
export class WillOfTheLost extends Scenario {
    protected override prepare(): void {
        this.client.subscribe(new Subscription(this.device.platform, this.path('go'), 1, () => this.finish()));
    }

    protected override configure(settings: Settings): void {
        settings.will = { topic: this.path('will'), payload: bytesOf('gone'), qos: 1 };
    }

    protected override onSubscribed(): void {
        this.report('ready');
    }
}

/** A retained message, found by who comes later, replaced, and removed. */
export class Retain extends Scenario {
    private subscription!: Subscription;
    private subscribed!: boolean;

    protected override prepare(): void {
        this.subscribed = false;
        this.subscription = new Subscription(this.device.platform, this.path('state'), 1, message => this.next(message));
    }

    protected override onConnected(): void {
        this.publish('state', 'kept', 1, true);
    }

    protected override onAcknowledged(): void {
        if (!this.subscribed) this.client.subscribe(this.subscription);
        this.subscribed = true;
        this.finishAfter(3, 3);
    }

    private next(message: Message): void {
        this.heard('subscriber', message);
        if (message.retain) this.publish('state', 'live', 1, true);
        else if (message.total > 0) this.publish('state', '', 1, true);
        else this.finishAfter(3, 3);
    }
}

/** `stop` before there is a connection, and with five messages under way; then on with them. */
export class StopInTheMiddle extends Scenario {
    private stopped!: boolean;

    protected override prepare(): void {
        this.stopped = false;
    }

    override start(): void {
        this.client.start();
        this.client.stop();
        this.client.start();
    }

    protected override configure(settings: Settings): void {
        settings.cleanSession = false;
    }

    protected override onConnected(): void {
        if (this.stopped) return;
        this.stopped = true;
        for (let count = 0; count < 5; count++) this.publish('data', 'reading ' + count, 1, false);
        this.client.stop();
        this.report('stopping');
    }

    protected override onStopped(): void {
        if (this.stopped && !this.client.acknowledged) {
            this.report('stopped safe ' + this.client.safeToSleep);
            this.client.start();
        }
    }

    protected override onAcknowledged(): void {
        if (this.client.acknowledged === 5) this.finish();
    }
}
