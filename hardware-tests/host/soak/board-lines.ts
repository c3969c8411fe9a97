// What the host of a soak and its board say to each other, a line each.
import type { DeviceReport } from './device.ts';

/** What the host may say. */
export const PAUSE = 'pause';
export const RESUME = 'resume';
export const REPORT = 'report';
/** Say goodbye to the broker and come back. */
export const RESTART = 'restart';
export const STOP = 'stop';
/** Begins a line that ends with a number: publish so many messages at once. */
export const BURST = 'burst ';

/** What the board says: each of them, a blank, and more. */
export const REPEAT = 'repeat';
export const FAULT = 'fault';
export const REPORTED = 'reported';

export interface BoardReport extends DeviceReport {
    /** Live heap after a collection of garbage, the machine's and ours. */
    readonly slots: number;
    readonly chunkBytes: number;
}
