// All dialects, for who tries them all. A board imports one.
export { espAt } from './esp-at.ts';
export { nordic } from './nordic.ts';
export { quectel } from './quectel.ts';
export { sim7080 } from './sim7080.ts';
export { sim7600 } from './sim7600.ts';
export { sim800 } from './sim800.ts';
export { ublox } from './ublox.ts';
