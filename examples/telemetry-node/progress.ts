// What the node tells the host about itself while `npm start` watches it: one line of JSON after each beat.
import type { TelemetryNode } from './node.ts';

/** The line that the host answers with the settings. */
export const ASK = 'settings?';
/** Begins a line of progress. */
export const PROGRESS = 'progress ';

/** Heap allocated in the beats in which the link neither broke nor came back. */
export interface HeapUse {
    beats: number;
    /** XS: exact. */
    slots: number;
    chunkBytes: number;
    /** XS: 16 or 32; V8: 0. */
    slotBytes: number;
    /** V8: as far as its heap statistics go. */
    bytes: number;
    /** Espruino: by how many more were in use. */
    variables?: number;
}

export interface Progress {
    readonly published: number;
    readonly acknowledged: number;
    readonly resent: number;
    readonly connections: number;
    readonly state: number;
    readonly closeReason: number;
    readonly finished: boolean;
    readonly heap: HeapUse;
}

export function progressOf(node: TelemetryNode, heap: HeapUse): string {
    const { acknowledged, resent, connections, state, closeReason } = node.client;
    const progress: Progress = { published: node.published, acknowledged, resent, connections, state, closeReason, finished: node.finished, heap };
    return PROGRESS + JSON.stringify(progress);
}
