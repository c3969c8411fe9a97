// All scenarios by name. Board dialect.
import { CleanSession, Credentials, KeptSession, Reconnect } from './links.ts';
import { Burst, Empty, Publish, Retain, StopInTheMiddle, WillOfTheLost } from './publishing.ts';
import { Dollar, SkipLarge, StreamLarge, Wildcards } from './receiving.ts';
import type { Device, Scenario } from './scenario.ts';

export const names: readonly string[] = [
    'publish', 'empty', 'burst', 'will', 'retain', 'stop in the middle', 'wildcards', 'dollar', 'stream large', 'skip large', 'reconnect', 'clean session', 'kept session', 'credentials',
];
const scenarios: readonly (new (device: Device) => Scenario)[] = [
    Publish, Empty, Burst, WillOfTheLost, Retain, StopInTheMiddle, Wildcards, Dollar, StreamLarge, SkipLarge, Reconnect, CleanSession, KeptSession, Credentials,
];

/** Makes the scenario that the device's parameters name; `start` lets it run. Throws if there is none of that name. */
export function makeScenario(device: Device): Scenario {
    const name = device.parameters.scenario;
    for (let index = 0; index < names.length; index++) {
        if (names[index] === name) return new scenarios[index](device);
    }
    throw new Error('there is no scenario ' + name);
}
