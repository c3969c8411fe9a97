// States of a client, `client.state`.

/** Not started, or stopped. */
export const STOPPED = 0;
/** Waits before it connects (again). */
export const WAITING = 1;
/** The transport is connecting. */
export const OPENING = 2;
/** CONNECT is sent, CONNACK has not come. */
export const CONNECTING = 3;
/** The broker has accepted the connection. */
export const CONNECTED = 4;
/** `stop` was called: what is queued goes out, then DISCONNECT. */
export const STOPPING = 5;
