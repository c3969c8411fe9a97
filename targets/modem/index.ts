// motemq/modem: the transport over a modem's AT sockets, and its dialects.
export * from './modem-transport.ts';
export type { ModemOptions, ModemTls } from './options.ts';
export type { PowerSaving, SlowPaging } from './power-saving.ts';
export type { Dialect, ReadStep, SocketCommands, Step } from './dialect.ts';
export { espAt } from './dialects/esp-at.ts';
export { nordic } from './dialects/nordic.ts';
export { quectel } from './dialects/quectel.ts';
export { sim7080 } from './dialects/sim7080.ts';
export { sim7600 } from './dialects/sim7600.ts';
export { sim800 } from './dialects/sim800.ts';
export { ublox } from './dialects/ublox.ts';
