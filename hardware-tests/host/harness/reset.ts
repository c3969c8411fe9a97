// Resetting a board by the modem lines of its serial adapter. Two transistors make of them: EN low (reset) if RTS and not DTR, GPIO0 low if
// DTR and not RTS; what GPIO0 is when EN rises decides between loader and application.
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from './errors.ts';
import type { Port } from './port.ts';

/** Into the loader. `wait`: ms until GPIO0 is let go; a board with a large capacitor at EN needs more than 50. */
export const intoLoader = (wait: number): string => `D0R1|W100|D1R0|W${wait}|D0R0`;
/**
 * The same by the USB port of a C3, C6 or S3, which has no transistors: DTR alone sets a flag, RTS alone resets; both lines low between them would
 * clear the flag.
 */
export const intoLoaderByUsb = 'D0R0|W100|D1R0|W100|D1R1|D0R1|W100|D0R0';
/** Into the application, either way. */
export const intoApplication = 'D0R1|W100|D0R0';

interface Step {
    readonly dtr: boolean | null;
    readonly rts: boolean | null;
    /** Ms. */
    readonly wait: number;
}

/**
 * Reads a sequence: steps between `|`, each `D0` or `D1` for DTR, `R0` or `R1` for RTS, `W100` for ms. `D1R0` sets both lines at once,
 * where `D1|R0` would let GPIO0 rise in between.
 */
export function parseSequence(text: string): Step[] {
    return text.split('|').map(step => {
        const match = /^(?=.)(?:D([01]))?(?:R([01]))?(?:W(\d{1,5}))?$/.exec(step.trim());
        if (!match) throw new UsageError(`'${step}' is no step of a reset sequence: D0, D1, R0, R1 and W with milliseconds, as in ${intoLoader(50)}`);
        const line = (digit: string | undefined): boolean | null => digit === undefined ? null : digit === '1';
        return { dtr: line(match[1]), rts: line(match[2]), wait: Number(match[3] ?? 0) };
    });
}

/** Plays `sequence` on a port whose lines are both low, and leaves them as the sequence does. */
export async function playSequence(port: Pick<Port, 'setLines' | 'gone'>, sequence: string): Promise<void> {
    let lines = { dtr: false, rts: false };
    for (const { dtr, rts, wait } of parseSequence(sequence)) {
        if (dtr !== null || rts !== null) {
            lines = { dtr: dtr ?? lines.dtr, rts: rts ?? lines.rts };
            await port.setLines(lines);
        }
        if (wait) await sleep(wait, undefined, { signal: port.gone }).catch(() => port.gone.throwIfAborted());
    }
}
