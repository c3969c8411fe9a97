// Which dialect of the client speaks to which modem of the emulator.
import { espAt, nordic, quectel, sim7080, sim7600, sim800, ublox } from '../../../targets/modem/dialects/index.ts';
import type { Dialect } from '../../../targets/modem/index.ts';

export const drivers: Readonly<Record<string, Dialect>> = { 'sim800': sim800, 'sim7600': sim7600, 'sim7080': sim7080, 'bg96': quectel, 'ublox': ublox, 'esp-at': espAt, nordic };
