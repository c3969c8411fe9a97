// What a run is made from: the client's options and how much may go wrong. Drawn from the script; all zeros is a mild world.
import type { Script } from './script.ts';

export interface Settings {
    readonly cleanSession: boolean;
    /** Seconds. */
    readonly keepAlive: number;
    readonly window: number;
    readonly sendBuffer: number;
    readonly receiveBuffer: number;
    readonly streamLarge: boolean;
    readonly waitForConnack: boolean;
    /** All in ms. */
    readonly connectTimeout: number;
    readonly responseTimeout: number;
    readonly retryDelay: number;
    readonly retryDelayMaximum: number;
    readonly stableAfter: number;
    /** The broker closes a connection on which something follows CONNECT before CONNACK. */
    readonly brokerDislikesHaste: boolean;
    /** Bytes that the link takes before it must be drained. */
    readonly capacity: number;
    /** What the client's clock shows when the board gets power, and its kind. */
    readonly clockOrigin: number;
    readonly clockSigned: boolean;
    /** How often, of 100: an answer goes wrong, CONNECT is refused, a write is partial, a callback does something, an open ends in the call. */
    readonly answerFaults: number;
    readonly refusals: number;
    readonly partialWrites: number;
    readonly busyCallbacks: number;
    /** What all callbacks do that do something, as a place among the deeds of the application; -1: anything. */
    readonly favouriteDeed: number;
    /** Which callback alone does something, by its place in the list of them; -1: all. */
    readonly favouriteCallback: number;
    readonly hastyOpens: number;
    /** Each connection has a user name of its own. */
    readonly changingCredentials: boolean;
    /** The client's packet identifiers go round in this run. */
    readonly identifiersGoRound: boolean;
    /** The last packet identifier that the broker has used. */
    readonly brokerIdentifier: number;
    /** The application subscribes to everything before it starts. */
    readonly subscribesAtOnce: boolean;
    /** The board may lose power in this run. */
    readonly powerCuts: boolean;
    /** The application stops when it has got so many messages in one go; 0: it does not. PUBACKs have room for 8. */
    readonly stopsAfter: number;
}

export function drawSettings(script: Script): Settings {
    return {
        cleanSession: script.chance(25),
        keepAlive: script.oneOf([10, 60, 2, 0]),
        window: script.oneOf([8, 1, 2, 3, 4]),
        sendBuffer: script.oneOf([400, 110, 140, 200, 1200]),
        receiveBuffer: script.oneOf([128, 8, 24, 60]),
        streamLarge: script.chance(50),
        waitForConnack: script.chance(20),
        connectTimeout: script.oneOf([30000, 3000]),
        responseTimeout: script.oneOf([15000, 1000, 4000]),
        retryDelay: script.oneOf([1000, 0, 50]),
        retryDelayMaximum: script.oneOf([120000, 5000, 300]),
        stableAfter: script.oneOf([60000, 0, 3000]),
        brokerDislikesHaste: script.chance(10),
        capacity: script.oneOf([5000, 5000, 300, 60, 20, 7, 3, 1]),
        clockOrigin: script.oneOf([0, 0x7fffffff - 20000, 0xffffffff - 20000, 0x7fffffff, 0xffffffff]),
        clockSigned: script.chance(50),
        answerFaults: script.oneOf([0, 0, 5, 30]),
        refusals: script.oneOf([0, 0, 10, 40]),
        partialWrites: script.oneOf([0, 10, 60]),
        busyCallbacks: script.oneOf([0, 0, 4, 10, 40, 40]),
        favouriteDeed: script.oneOf([-1, -1, -1, 0, 1, 2, 3, 3, 3, 3, 4, 4, 5, 6, 6, 7, 7, 8]),
        favouriteCallback: script.oneOf([-1, -1, -1, -1, 1, 2, 3, 4, 4, 4, 5, 6]),
        hastyOpens: script.oneOf([0, 0, 20]),
        changingCredentials: script.chance(20),
        identifiersGoRound: script.chance(10),
        brokerIdentifier: script.oneOf([0, 65530]),
        subscribesAtOnce: script.chance(60),
        powerCuts: script.chance(50),
        stopsAfter: script.chance(60) ? script.oneOf([9, 9, 9, 9, 9, 9, 17, 8, 1]) : 0,
    };
}
