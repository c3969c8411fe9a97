// All scenarios by name: those that any stage plays (index.ts), and those that only a board of the bench can. Board dialect.
import { Connect, Cuts, KeepAlive, PowerCut, Rate, SleepDeeply, Steady } from './endurance.ts';
import { makeScenario as makeOfStage, names as namesOfStage } from './index.ts';
import type { Device, Scenario } from './scenario.ts';

const own: readonly string[] = ['connect', 'keep-alive', 'cuts', 'steady', 'rate', 'deep sleep', 'power cut'];

export const names: readonly string[] = own.slice(0, 1).concat(namesOfStage, own.slice(1));

/** As makeScenario of index.ts. */
export function makeScenario(device: Device): Scenario {
    switch (device.parameters.scenario) {
        case 'connect': return new Connect(device);
        case 'keep-alive': return new KeepAlive(device);
        case 'cuts': return new Cuts(device);
        case 'steady': return new Steady(device);
        case 'rate': return new Rate(device);
        case 'deep sleep': return new SleepDeeply(device);
        case 'power cut': return new PowerCut(device);
        default: return makeOfStage(device);
    }
}
