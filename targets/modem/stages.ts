// What a modem transport is at.

/** What is under way. Up to DIALING also: how far the modem is (`reached`). */
export const AT_REST = 0;
export const PROBING = 1;
export const PREPARING = 2;
export const UNLOCKING = 3;
export const REGISTERING = 4;
export const ATTACHING = 5;
export const DIALING = 6;
export const ONLINE = 7;
export const CLOSING = 8;
export const CURING = 9;
export const SLEEPING = 10;
/** The modem is left the time that its start takes. */
export const STARTING = 11;
