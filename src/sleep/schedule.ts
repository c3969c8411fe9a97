// When a node that sleeps uses its radio, and for how long it sleeps: batches, ages, pauses after wakes in vain, and what does not wait. What
// of that must outlast the sleep stands in the session image. It knows counts and times, nothing of connections.
import type { Outbox } from '../outbox/outbox.ts';
import { NEVER } from '../session/options.ts';
import { retryDelay } from '../session/retry-delay.ts';
import type { Platform } from '../transport.ts';
import { LONGEST_TIME } from './image.ts';
import type { SessionImage } from './image.ts';
import type { WakeCycleOptions } from './options.ts';

/** The pauses of a client between its connections. */
interface Pauses {
    readonly retryDelay?: number;
    readonly retryDelayMaximum?: number;
}

/** @internal */
export class Schedule {
    private readonly options: WakeCycleOptions;
    private readonly pauses: Pauses;
    /** Between wakes that use the radio, as if each were a connection. */
    private readonly rests: Pauses;
    private readonly outbox: Outbox;
    private readonly image: SessionImage;
    private readonly host: Platform;
    /** Messages that found no room, when all was delivered last. */
    private overflowed = 0;

    constructor(options: WakeCycleOptions, pauses: Pauses, outbox: Outbox, image: SessionImage, host: Platform) {
        const longest = options.maximumPause ?? 16 * options.interval;
        this.options = options;
        this.pauses = pauses;
        this.rests = { retryDelay: options.interval, retryDelayMaximum: longest < NEVER ? longest : NEVER };
        this.outbox = outbox;
        this.image = image;
        this.host = host;
    }

    /** Is it time for the radio, `awake` ms after the wake began? */
    isDue(awake: number): boolean {
        const options = this.options;
        const image = this.image;
        const outbox = this.outbox;
        const listens = (options.downlinkWindow ?? 0) > 0;
        if (!outbox.count && !listens) return false;
        if (image.urgent) return true;
        if (image.pause > 0) return false;
        if (outbox.count >= (options.batchCount ?? 1) || outbox.refused + outbox.dropped !== this.overflowed) return true;
        return options.maximumAge === undefined ? listens : image.age + awake >= options.maximumAge;
    }

    /** The radio was used, `awake` ms after the wake began. `failed`: not all was done. */
    used(awake: number, failed: boolean): void {
        const image = this.image;
        const outbox = this.outbox;
        if (failed) {
            image.pause = awake + retryDelay(this.rests, image.failures, this.host.random());
            image.failures++;
        } else image.failures = image.pause = 0;
        if (outbox.count) return;
        // Without messages it wanted to listen, and still does.
        if (!failed) image.age = 0;
        this.overflowed = outbox.refused + outbox.dropped;
    }

    /** The wake ends after `awake` ms: ms to sleep, 1 and more. */
    sleep(awake: number): number {
        const options = this.options;
        const image = this.image;
        const delivered = this.outbox.count === 0;
        let ms = options.interval - awake;
        if (delivered) image.urgent = false;
        if (image.urgent) {
            const soon = retryDelay(this.pauses, image.failures, this.host.random());
            if (soon < ms) ms = soon;
        }
        if (!(ms >= 1)) ms = 1;
        const gone = awake + ms;
        image.pause = image.pause > gone ? image.pause - gone : 0;
        const ages = options.maximumAge !== undefined && !(delivered && !options.downlinkWindow);
        image.age = ages ? image.age + gone : 0;
        if (image.age > LONGEST_TIME) image.age = LONGEST_TIME;
        return ms;
    }
}
