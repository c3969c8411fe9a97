// What an application may do inside a callback: anything, at any moment, and throw.
import type { Application } from './application.ts';
import { ApplicationError } from './application-error.ts';
import { count } from './coverage.ts';
import { FILTERS } from './topics.ts';
import type { World } from './world.ts';

/** The callbacks in which it does so. `handler` is the onMessage of a subscription. */
export const CALLBACKS = ['onStateChange', 'onAcknowledged', 'onWritable', 'onMessage', 'handler', 'onSubscribed', 'credentials'] as const;
export type Callback = typeof CALLBACKS[number];

type Deed = readonly [name: string, act: (application: Application, world: World) => void];

export const DEEDS: readonly Deed[] = [
    ['publishes QoS 1', (application, { script }) => application.publish(1, script.below(40))],
    ['publishes QoS 0', (application, { script }) => application.publish(0, script.below(40))],
    ['subscribes', (application, { script }) => application.subscribe(script.below(FILTERS.length))],
    // More often one of the first two, which overlap.
    ['unsubscribes', (application, { script }) => application.unsubscribe(script.oneOf([0, 1, 2, 3, 0, 1, 0, 1]))],
    ['stops', application => application.stop()],
    ['starts', application => application.start()],
    ['stops and starts', application => {
        application.stop();
        application.start();
    }],
    ['changes a filter', (application, { script }) => {
        application.unsubscribe(script.below(FILTERS.length));
        application.subscribe(script.below(FILTERS.length));
    }],
    ['throws', application => {
        application.thrown++;
        throw new ApplicationError();
    }],
];

/** One deed, or none, as the settings have it. */
export function act(callback: Callback, application: Application, world: World): void {
    const { script, settings, judge } = world;
    const { favouriteCallback, favouriteDeed, busyCallbacks } = settings;
    if ((favouriteCallback >= 0 && CALLBACKS[favouriteCallback] !== callback) || !script.chance(busyCallbacks)) return;
    const [name, deed] = DEEDS[favouriteDeed] ?? script.oneOf(DEEDS);
    judge.fault(`callback ${name}`);
    count(judge.coverage.deeds, `${callback} | ${name}`);
    deed(application, world);
}
