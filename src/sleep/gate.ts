// Between an outbox and its client: what the radio is not used for stays in the store alone. There the policy sees it, and no work is done twice.
import type { Topic } from '../codec/topic.ts';
import type { Outlet } from '../outbox/outbox.ts';
import type { Publisher } from '../session/publisher.ts';
import { BUFFER_FULL } from '../session/refusals.ts';

/** @internal */
export class Gate implements Outlet {
    open = true;
    private readonly client: Publisher;

    constructor(client: Publisher) {
        this.client = client;
    }

    publish(topic: Topic, payload: Uint8Array, start: number, end: number, qos: number, retain: boolean): number {
        if (!this.open) return BUFFER_FULL;
        return this.client.publish(topic, payload, start, end, qos, retain);
    }

    isPending(handle: number): boolean {
        return this.client.isPending(handle);
    }
}
