// How a process that plays a board says that it sleeps deeply: who started it starts it again.

/** Exit code. */
export const ASLEEP = 42;
