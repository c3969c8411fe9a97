// Scenarios of links that break and brokers that refuse. The host breaks the link when it reads the reports. Board dialect.
import { Subscription } from '../../src/index.ts';
import type { Message } from '../../src/index.ts';
import { Scenario } from './scenario.ts';
import type { Settings } from './scenario.ts';

/** A message on each connection; the fourth ends it. Keep-alive of a second, so that silence is noticed soon. */
export class Reconnect extends Scenario {
    protected override configure(settings: Settings): void {
        settings.cleanSession = false;
        settings.keepAlive = 1;
    }

    protected override onConnected(): void {
        this.publish('data', 'link ' + this.client.connections, 1, false);
    }

    protected override onAcknowledged(): void {
        this.report('acknowledged ' + this.client.acknowledged);
        if (this.client.acknowledged === 4) this.finish();
    }
}

/** A subscription that must work after a reconnect; the message with the payload `end` ends it. */
abstract class Subscriber extends Scenario {
    protected override prepare(): void {
        this.client.subscribe(new Subscription(this.device.platform, this.path('orders'), 1, message => this.order(message)));
    }

    protected override onSubscribed(): void {
        this.report('subscribed');
    }

    private order(message: Message): void {
        this.heard('subscriber', message);
        if (message.total === 3) this.finish();
    }
}

export class CleanSession extends Subscriber {}

export class KeptSession extends Subscriber {
    protected override configure(settings: Settings): void {
        settings.cleanSession = false;
    }
}

/** A password that the broker refuses, then the right one; a message that waits for it. */
export class Credentials extends Scenario {
    private asked!: number;

    protected override prepare(): void {
        this.asked = 0;
        this.publish('data', 'patient', 1, false);
    }

    protected override configure(settings: Settings): void {
        const parameters = this.device.parameters;
        settings.connectSize = 128;
        settings.credentials = () => ({
            clientId: parameters.clientId,
            userName: parameters.userName,
            password: ++this.asked === 1 ? 'wrong' : parameters.password,
            cleanSession: true,
        });
    }

    protected override onAcknowledged(): void {
        this.report('asked ' + this.asked);
        this.finish();
    }
}
