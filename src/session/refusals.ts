// What `publish` returns instead of a handle when it does not take a message.

/** No room at present. `onWritable` tells when there is some again. */
export const BUFFER_FULL = -1;
/** The packet is larger than the whole send buffer: it can never be sent. */
export const TOO_LARGE = -2;
