// A telemetry node: publishes readings as JSON at QoS 1. It runs on every engine; board.ts and laptop.ts give it a clock, a
// socket and a beat. (In an application of your own, import from 'motemq/publisher' and 'motemq/telemetry'.)
import { Publisher, Topic } from '../../src/publisher.ts';
import type { Platform, Transport } from '../../src/publisher.ts';
import { DOES_NOT_FIT, JsonText, JsonWriter } from '../../src/telemetry/index.ts';

export interface NodeSettings {
    readonly topic: string;
    readonly clientId: string;
    /** Readings to publish before the node says goodbye. */
    readonly count: number;
    readonly userName?: string;
    readonly password?: string;
}

export class TelemetryNode {
    readonly client: Publisher;
    /** Readings that the client has taken. */
    published = 0;
    private readonly count: number;
    private readonly topic: Topic;
    private readonly payload = new Uint8Array(80);
    private readonly json = new JsonWriter(this.payload);
    private readonly counterKey: JsonText;
    private readonly temperatureKey: JsonText;
    private readonly batteryKey: JsonText;

    /** `sendBuffer` holds what waits for its acknowledgement: 120 bytes a reading let it wait through a break of the link. */
    constructor(platform: Platform, transport: Transport, sendBuffer: Uint8Array, settings: NodeSettings, onStateChange: () => void) {
        this.count = settings.count;
        this.topic = new Topic(platform, settings.topic);
        this.counterKey = new JsonText(platform, 'n');
        this.temperatureKey = new JsonText(platform, 'temperature');
        this.batteryKey = new JsonText(platform, 'battery');
        this.client = new Publisher({
            platform, transport, sendBuffer, clientId: settings.clientId, cleanSession: true, keepAlive: 30,
            userName: settings.userName, password: settings.password,
            // Short, so that the demonstration goes on soon. A fleet of nodes leaves it at 1 s to 2 minutes.
            retryDelay: 100, retryDelayMaximum: 2000, responseTimeout: 5000,
            onStateChange,
        });
    }

    /** Takes a reading and publishes it. One that the full buffer refuses is taken again with the next call. Allocates nothing. */
    read(): void {
        const n = this.published + 1;
        if (n > this.count) return;
        const json = this.json;
        json.begin(0, this.payload.length);
        json.openObject();
        json.key(this.counterKey);
        json.integer(n);
        json.key(this.temperatureKey);
        // A day's course in hundredths of a degree: no sensor is connected.
        json.fixed(1900 + (n * 37) % 450, 2);
        json.key(this.batteryKey);
        // Volts, from millivolts.
        json.fixed(4150 - n % 800, 3);
        const end = json.close();
        if (end !== DOES_NOT_FIT && this.client.publish(this.topic, this.payload, 0, end, 1, false) > 0) this.published = n;
    }

    /** All readings were published and acknowledged. */
    get finished(): boolean {
        return this.published === this.count && this.client.safeToSleep;
    }
}
