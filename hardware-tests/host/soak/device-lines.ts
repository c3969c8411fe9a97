// What the host of a soak and a device's program say to each other, a line each.
import type { DeviceReport } from './device.ts';

/** What the host may say. */
export const PAUSE = 'pause';
export const RESUME = 'resume';
export const REPORT = 'report';
/** Say goodbye to the broker and come back. */
export const RESTART = 'restart';
/** Say goodbye to the broker and end. */
export const STOP = 'stop';
/** Begins a line that ends with a number: publish so many messages at once. */
export const BURST = 'burst ';

/** What the device says: each of them, a blank, and more. */
export const REPEAT = 'repeat';
export const FAULT = 'fault';
export const REPORTED = 'reported';

export interface ProgramReport extends DeviceReport {
    /** What the engine holds after a collection of garbage, its own things and ours, by name: XS slots and chunk bytes, say. */
    readonly held: Readonly<Record<string, number>>;
}
