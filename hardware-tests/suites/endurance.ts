// Scenarios that ask the host for faults, or take long, or restart the board: for boards of the bench. Board dialect.
import { Subscription, Topic } from '../../src/index.ts';
import type { Message } from '../../src/index.ts';
import { Scenario, bytesOf } from './scenario.ts';
import type { Settings } from './scenario.ts';

/** A connection, and its orderly end. */
export class Connect extends Scenario {
    protected override onConnected(): void {
        this.finish();
    }
}

/** Nothing to say for two keep-alive periods of two seconds: the host counts the pings, and then sends a message. */
export class KeepAlive extends Scenario {
    protected override prepare(): void {
        this.client.subscribe(new Subscription(this.device.platform, this.path('go'), 1, () => this.finish()));
    }

    protected override configure(settings: Settings): void {
        settings.keepAlive = 2;
    }

    protected override onSubscribed(): void {
        this.report('ready');
    }

    protected override judge(): void {
        this.expect(this.client.connections === 1, 'the connection was lost while idle');
    }
}

const commands: readonly string[] = [
    'cut fin', 'cut rst', 'cut inside', 'cut before', 'refuse', 'drop', 'stall', 'delay', 'split',
];
/** How many of them end a connection. */
const BREAKING = 7;

/** A message after each fault that the proxy knows. Keep-alive of a second, so that silence is noticed soon. */
export class Cuts extends Scenario {
    private next!: number;
    private begun!: boolean;

    protected override prepare(): void {
        this.next = 0;
        this.begun = false;
    }

    protected override configure(settings: Settings): void {
        settings.cleanSession = false;
        settings.keepAlive = 1;
    }

    protected override onConnected(): void {
        if (this.begun) return;
        this.begun = true;
        this.breakLink();
    }

    protected override onAcknowledged(): void {
        if (++this.next < commands.length) this.breakLink();
        else this.finish();
    }

    protected override judge(): void {
        const client = this.client;
        this.expect(client.acknowledged === commands.length, 'acknowledged ' + client.acknowledged + ' of ' + commands.length);
        this.expect(client.connections > BREAKING, 'only ' + client.connections + ' connections');
    }

    private breakLink(): void {
        const command = commands[this.next];
        this.ask(command, () => void this.publish('data', 'after ' + command, 1, false));
    }
}

/** What may be under way at one time and not at the other: two messages, in Espruino's variables. On XS, which counts bytes, it is less than a slot. */
const SLACK = 15;

/** A thousand messages with QoS 1 that come back: the least memory in use around the 200th of them and around the last is the same. */
export class Steady extends Scenario {
    private topic!: Topic;
    private payload!: Uint8Array;
    private count!: number;
    /** The least of ten figures: what is under way at the moment adds to each. */
    private heldThen!: number;
    private heldNow!: number;

    protected override prepare(): void {
        const platform = this.device.platform;
        this.count = 0;
        this.heldThen = this.heldNow = Infinity;
        this.topic = new Topic(platform, this.path('echo'));
        this.payload = bytesOf('0000 of a thousand');
        this.client.subscribe(new Subscription(platform, this.path('echo'), 1, message => this.next(message)));
    }

    protected override onSubscribed(): void {
        this.send();
    }

    protected override onAcknowledged(): void {
        this.finishAfter(1000, 1000);
    }

    protected override judge(): void {
        this.report('memory ' + this.heldThen + ' then ' + this.heldNow);
        this.expect(this.heldNow <= this.heldThen + SLACK, 'memory in use grew from ' + this.heldThen + ' to ' + this.heldNow + ' over 800 messages');
        this.expect(this.client.connections === 1, 'the connection was lost');
    }

    private send(): void {
        let rest = this.count;
        for (let index = 3; index >= 0; index--) {
            this.payload[index] = 0x30 + rest % 10;
            rest = (rest - rest % 10) / 10;
        }
        this.client.publish(this.topic, this.payload, 0, this.payload.length, 1, false);
    }

    private next(message: Message): void {
        let number = 0;
        for (let index = message.start; index < message.start + 4; index++) number = number * 10 + message.bytes[index] - 0x30;
        this.expect(number === this.count, 'message ' + number + ' came in place of ' + this.count);
        this.count++;
        // On Espruino a number beyond 127 takes a variable: the counters have passed that.
        if (this.count > 190 && this.count <= 200) this.heldThen = Math.min(this.heldThen, this.memory());
        if (this.count > 990) this.heldNow = Math.min(this.heldNow, this.memory());
        if (this.count < 1000) this.send();
        else this.finishAfter(1000, 1000);
    }
}

/**
 * As many messages a second as go: 300 with QoS 0, then 301 with QoS 1, of 32 bytes each. The first PUBACK says that all before it have arrived: what
 * is measured is what the broker has, not what a buffer takes.
 */
export class Rate extends Scenario {
    private topic!: Topic;
    private payload!: Uint8Array;
    private count!: number;
    private begun!: number;

    protected override prepare(): void {
        this.count = 0;
        this.topic = new Topic(this.device.platform, this.path('rate'));
        this.payload = bytesOf('thirty-two bytes that say little');
    }

    protected override onConnected(): void {
        this.begun = this.now();
        this.onWritable();
    }

    protected override onWritable(): void {
        while (this.count < 601 && this.client.publish(this.topic, this.payload, 0, 32, this.count < 300 ? 0 : 1, false) >= 0) this.count++;
    }

    protected override onAcknowledged(): void {
        if (this.client.acknowledged === 1) this.sayRate(0);
        if (this.client.acknowledged < 301) return;
        this.sayRate(1);
        this.finish();
    }

    protected override judge(): void {
        this.expect(this.client.connections === 1, 'the connection was lost');
        this.expect(this.client.sent === 601, 'sent ' + this.client.sent + ' of 601');
    }

    private sayRate(qos: number): void {
        const now = this.now();
        this.report('rate qos ' + qos + ' ' + Math.round(300000 / Math.max(1, now - this.begun)) + ' a second');
        this.begun = now;
    }
}

/** A wake that publishes, sleeps deeply, and wakes again in the same session: what came in between is waiting. */
export class SleepDeeply extends Scenario {
    private acknowledgedAll!: boolean;

    protected override prepare(): void {
        this.acknowledgedAll = false;
        this.client.subscribe(new Subscription(this.device.platform, this.path('orders'), 1, message => this.order(message)));
    }

    override start(): void {
        if (this.canSleep()) this.client.start();
        else this.skip('this board does not sleep deeply');
    }

    protected override configure(settings: Settings): void {
        settings.cleanSession = false;
    }

    protected override onSubscribed(): void {
        this.publish('data', 'wake ' + this.wakes(), 1, false);
    }

    protected override onAcknowledged(): void {
        this.acknowledgedAll = true;
        if (this.wakes() === 0) this.client.stop();
        else this.finishAfter(1, 1);
    }

    protected override onStopped(): void {
        if (this.wakes() > 0 || !this.acknowledgedAll) return;
        this.report('asleep safe ' + this.client.safeToSleep);
        // The host is told first: from now on it expects the board to restart.
        this.ask('sleep', () => this.sleep(300));
    }

    private order(message: Message): void {
        this.heard('subscriber', message);
        this.finishAfter(1, 1);
    }
}

/** The host takes the power away after a message, and gives it back: the board starts by itself, and another message follows. */
export class PowerCut extends Scenario {
    protected override onConnected(): void {
        this.publish('data', this.wakes() === 0 ? 'before' : 'after', 1, false);
    }

    protected override onAcknowledged(): void {
        if (this.wakes() > 0) return this.finish();
        // Only a host that cannot do it lives to answer.
        this.ask('power', () => this.skip('the bench cannot cut the power'));
    }
}
