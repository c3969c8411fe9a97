// How long a modem may sleep, as the network is asked for it: seconds in, the bits of 3GPP 24.008 out. Used at set-up only.
import { misuse } from '../../src/misuse.ts';

/** Power saving mode (27.007 §7.38): between two reports to the network the radio is off, and most modems answer nothing. */
export interface PowerSaving {
    /** From one report to the network to the next, in s: 2 to 35,712,000. More often than the modem is woken is a waste. */
    readonly periodicUpdate: number;
    /** How long the modem can still be reached after it was last active, in s: 0 to 11,160. */
    readonly active: number;
}

/** Extended discontinuous reception (27.007 §7.40): the modem listens once in a cycle, and keeps its connections. */
export interface SlowPaging {
    /** In s: 1 to 10,485. */
    readonly cycle: number;
    /** The network is NB-IoT; else it is LTE-M. */
    readonly narrowband?: true;
}

/** Lengths of units in s, ascending, each with its code: of T3412 extended (24.008 §10.5.7.4a) and of T3324 (§10.5.7.3). */
const PERIODIC = [2, 3, 30, 4, 60, 5, 600, 0, 3600, 1, 36000, 2, 1152000, 6];
const ACTIVE = [2, 0, 60, 1, 360, 2];

function bits(value: number, count: number): string {
    let text = '';
    for (let place = count - 1; place >= 0; place--) text += '' + ((value >> place) & 1);
    return text;
}

/** The shortest time that can be said and is not shorter than `seconds`: three bits of unit, five of how many. */
function timer(name: string, seconds: number, units: readonly number[]): string {
    for (let index = 0; index < units.length; index += 2) {
        const count = Math.ceil(seconds / units[index]);
        if (seconds >= 0 && count < 32) return '"' + bits(units[index + 1], 3) + bits(count, 5) + '"';
    }
    return misuse(MOTEMQ_TEXTS ? name + ' is too long, or no number of seconds' : name, seconds);
}

/** What +CPSMS takes behind its mode: `"tau","active"`. Times are rounded up. Throws if one cannot be said. */
export function powerSavingText(wanted: PowerSaving): string {
    if (!(wanted.periodicUpdate > 0)) misuse(MOTEMQ_TEXTS ? 'periodicUpdate is longer than 0 s' : 'periodicUpdate', wanted.periodicUpdate);
    return timer('periodicUpdate', wanted.periodicUpdate, PERIODIC) + ',' + timer('active', wanted.active, ACTIVE);
}

/** What +CEDRXS takes behind its mode: kind of network and cycle (24.008 §10.5.5.32), rounded up. Throws if it cannot be said. */
export function slowPagingText(wanted: SlowPaging): string {
    for (let code = 0; code < 16 && wanted.cycle > 0; code++) {
        // Units of 5.12 s: 1 2 4 8, 12 to 32 by fours, 64 to 2048 doubling.
        const units = code < 4 ? 1 << code : code < 10 ? (code - 1) * 4 : 1 << (code - 4);
        if (wanted.cycle <= units * 5.12) return (wanted.narrowband ? '5,"' : '4,"') + bits(code, 4) + '"';
    }
    return misuse(MOTEMQ_TEXTS ? 'cycle is 1 to 10,485 s' : 'cycle', wanted.cycle);
}
