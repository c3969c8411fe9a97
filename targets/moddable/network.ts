// The contract of a network that a board must join before it has an address (network-wifi.ts is one). Knows reasons, no socket.

/** What uses a network: a transport, from `open` to the end of the connection. */
export interface NetworkUser {
    /** The board has an address. Once per `join`, perhaps during that call. */
    onNetworkUp(): void;
    /** The network could not be joined in time, or has gone. At most once per `join`, and never during that call; nothing follows. `reason` is one of src/reasons.ts. */
    onNetworkDown(reason: number): void;
}

export interface Network {
    /** Joins unless the board is on the network already, and tells `user`. */
    join(user: NetworkUser): void;
    /** `user` needs the network no more and hears nothing any more. Safe at any moment, also twice or without `join`. */
    leave(user: NetworkUser): void;
}
