// Quantities that people write: a number and its unit. A number alone is refused: 15 may be seconds or minutes.
import { UsageError } from '../harness/errors.ts';

/** Units by the one that the program counts in. */
const scales = {
    's': { ms: 1e-3, s: 1, m: 60, min: 60, h: 3600, d: 86400 },
    'mA': { uA: 1e-3, µA: 1e-3, mA: 1, A: 1e3 },
    'mC': { uC: 1e-3, µC: 1e-3, mC: 1, C: 1e3 },
    'mAh': { mAh: 1, Ah: 1e3 },
    'kbit/s': { 'bit/s': 1e-3, 'kbit/s': 1, 'Mbit/s': 1e3 },
    'B': { B: 1, kB: 1e3 },
    '%': { '%': 1 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

export type Unit = keyof typeof scales;

/** `15m` as 900 with the unit `s`. `name`: of the option, for people. Refuses what has no unit, another one, or is no finite number of 0 or more. */
export function parseQuantity(text: string, unit: Unit, name: string): number {
    const [, digits, given] = /^(\d+(?:\.\d+)?)\s*(.*)$/.exec(text.trim()) ?? [];
    const scale: Readonly<Record<string, number>> = scales[unit];
    if (digits === undefined || !Object.hasOwn(scale, given) || !Number.isFinite(Number(digits) * scale[given])) {
        throw new UsageError(`${name} is a number with a unit (${Object.keys(scale).join(', ')}), not '${text}'`);
    }
    return Number(digits) * scale[given];
}

/** A time of any length in the unit that people would take. */
export function duration(seconds: number): string {
    for (const [unit, size] of [['years', 365.25 * 86400], ['days', 86400], ['h', 3600], ['min', 60], ['s', 1]] as const) {
        if (seconds >= size * (unit === 'days' ? 2 : 1)) return `${three(seconds / size)} ${unit}`;
    }
    return `${three(seconds * 1000)} ms`;
}

/** A charge in the unit that people would take. */
export function charge(milliCoulombs: number): string {
    return milliCoulombs >= 10000 ? `${three(milliCoulombs / 1000)} C` : `${three(milliCoulombs)} mC`;
}

/** Three digits that matter, without an exponent. */
export function three(value: number): string {
    return value === 0 ? '0' : value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
