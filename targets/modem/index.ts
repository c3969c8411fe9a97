// motemq/modem: the transport over a modem's AT sockets. Its dialects are modules of their own: a board carries one.
export * from './modem-transport.ts';
export * from './stages.ts';
export type { ModemOptions, ModemTls } from './options.ts';
export type { PowerSaving, SlowPaging } from './power-saving.ts';
export type { Dialect, ReadStep, SocketCommands, Step } from './dialect.ts';
