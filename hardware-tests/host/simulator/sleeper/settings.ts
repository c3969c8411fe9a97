// What the life of a sleeping node is made from, besides what every life is: how it sleeps and gathers, and what it remembers.
import { DROP_NEWEST, DROP_OLDEST, REFUSE, imageSize } from '../../../../src/sleep/index.ts';
import type { Script } from '../script.ts';
import { drawSettings } from '../settings.ts';
import type { Settings } from '../settings.ts';
import { FILTERS } from '../topics.ts';
import { memories } from './memories.ts';

export interface SleeperSettings extends Settings {
    /** By its place among memories.ts, and its size in bytes. */
    readonly memory: number;
    readonly page: number;
    readonly pages: number;
    /** The session image: in the same memory, in memory that a power cut spoils, or not kept. */
    readonly image: 'kept' | 'retained' | 'none';
    readonly imageSize: number;
    /** Of 100 sleeps, how many cost the board its RAM. */
    readonly resets: number;
    /** It subscribes and listens. */
    readonly listens: boolean;
    readonly policy: number;
    /** Times in ms. */
    readonly interval: number;
    readonly batchCount: number;
    readonly maximumAge: number | undefined;
    readonly downlinkWindow: number;
    readonly timeLimit: number;
    readonly attempts: number;
    readonly maximumPause: number;
    readonly goodbye: number;
}

/** Bytes of a page of real flash. */
export const FLASH_PAGE = 4096;
/** Bytes of the longest reading. */
export const LONGEST_READING = 60;

export function drawSleeperSettings(script: Script): SleeperSettings {
    const common = drawSettings(script);
    const listens = script.chance(30);
    const image = script.oneOf(['kept', 'kept', 'retained', 'none'] as const);
    const interval = script.oneOf([900_000, 60_000, 3_600_000, 21_600_000, 1000]);
    return {
        ...common,
        // Everything that is on its way and a SUBSCRIBE for each filter find room in one with 8 messages; in the others they wait for it.
        sendBuffer: script.oneOf([1000, 400, 180]) + (listens ? 1000 : 0),
        brokerDislikesHaste: script.chance(25),
        capacity: script.oneOf([5000, 5000, 5000, 300, 60, 20]),
        busyCallbacks: script.oneOf([0, 0, 10, 40]),
        changingCredentials: false, identifiersGoRound: false, stopsAfter: 0,
        powerCuts: script.chance(70),
        memory: script.below(memories.length),
        page: script.oneOf([FLASH_PAGE, 512, 512]),
        pages: script.oneOf([3, 2, 6]),
        image,
        imageSize: imageSize(listens ? FILTERS.length : 0, common.window),
        resets: script.oneOf([100, 100, 50, 0]),
        listens,
        policy: script.oneOf([REFUSE, DROP_NEWEST, DROP_OLDEST]),
        interval,
        batchCount: script.oneOf([1, 1, 3, 6]),
        maximumAge: script.oneOf([undefined, 4 * interval, 0]),
        downlinkWindow: listens ? script.oneOf([500, 3000]) : 0,
        timeLimit: script.oneOf([20_000, 8000, 60_000]),
        attempts: script.oneOf([2, 1, 4]),
        maximumPause: script.oneOf([16, 4, 0]) * interval,
        goodbye: script.oneOf([50, 0, 1000]),
    };
}
