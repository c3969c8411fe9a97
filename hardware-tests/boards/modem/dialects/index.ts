// The modems that the emulator can be, by name.
import type { Dialect } from '../dialect.ts';
import { espAt } from './esp-at.ts';
import { nordic } from './nordic.ts';
import { quectel } from './quectel.ts';
import { sim7080 } from './sim7080.ts';
import { sim7600 } from './sim7600.ts';
import { sim800 } from './sim800.ts';
import { ublox } from './ublox.ts';

export const dialects: readonly Dialect[] = [sim800, sim7600, sim7080, quectel, ublox, espAt, nordic];

export const dialectNamed = (name: string): Dialect | undefined => dialects.find(each => each.name === name);
