// Stands between the session and its transport, and between the modem's network and the broker: what is handed over on one side must
// come out on the other, whole and in order, or the link must have been reported closed. Holds both to the contract of src/transport.ts.
import type { Transport, TransportOwner } from '../../../src/transport.ts';
import type { Peer, PeerOwner } from './virtual-world.ts';

/** One connection as the two ends see it. */
class Watched {
    /** Bytes that the session has handed over, and those that the broker has sent. */
    up: Uint8Array = new Uint8Array(0);
    down: Uint8Array = new Uint8Array(0);
    /** How many of them have come out. */
    upSeen = 0;
    downSeen = 0;
    /** The session knows that it is over. */
    closed = false;
    /** Bytes came out that were not handed over. */
    spoiled = false;
}

export class Witness implements Transport, TransportOwner {
    readonly violations: string[] = [];
    /** Connections that were opened, and those of them whose stream was spoiled. */
    opened = 0;
    spoiled = 0;
    /** Is told what happens. */
    note: (what: string) => void = () => {};
    private readonly transport: Transport;
    /** False: bytes may be flipped on their way to the host, where nobody can tell. */
    private readonly downIsTrue: boolean;
    private owner: TransportOwner | null = null;
    private current: Watched | null = null;
    /** The connection that the network made last. */
    private latest: Watched | null = null;

    constructor(transport: Transport, downIsTrue: boolean) {
        this.transport = transport;
        this.downIsTrue = downIsTrue;
    }

    /** Watches a connection of the network. */
    watch(serve: (peer: Peer) => PeerOwner, peer: Peer): PeerOwner {
        const watched = this.latest = new Watched();
        const served = serve({
            write(bytes) {
                watched.down = Buffer.concat([watched.down, bytes]);
                peer.write(bytes);
            },
            close: orderly => peer.close(orderly),
        });
        return {
            onBytes: (bytes) => {
                const wanted = watched.up.subarray(watched.upSeen, watched.upSeen + bytes.length);
                watched.upSeen += bytes.length;
                // The modem's answer to that send may still tell. The next bytes come too late for that.
                if (watched.spoiled && !watched.closed) this.violate(`the broker gets ${text(bytes)} on a link that is spoiled, and it is up`);
                if (!watched.spoiled && !same(bytes, wanted)) {
                    this.note(`the broker got ${text(bytes)} in place of ${text(wanted)}`);
                    watched.spoiled = true;
                    this.spoiled++;
                }
                // The broker does not help to find out.
                if (!watched.spoiled || watched.closed) served.onBytes(bytes);
            },
            onEnd: () => served.onEnd(),
        };
    }

    /** All that was handed over on the present connection has come out at the broker. */
    get through(): boolean {
        return this.current === null || (!this.current.spoiled && this.current.upSeen === this.current.up.length);
    }

    // The transport, to the session.

    open(owner: TransportOwner): void {
        if (this.owner) this.violate('a transport is opened that is open');
        this.owner = owner;
        this.transport.open(this);
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const taken = this.transport.write(bytes, start, end);
        if (this.current) this.current.up = Buffer.concat([this.current.up, bytes.subarray(start, start + taken)]);
        else this.violate('bytes are written without a connection');
        return taken;
    }

    flush(): void {
        this.transport.flush();
    }

    close(): void {
        this.note('the session closes');
        this.end();
        this.transport.close();
    }

    // The session, to the transport.

    onOpen(): void {
        if (!this.owner || this.current) this.violate('onOpen, without a connection that is being opened');
        this.note('connected');
        this.opened++;
        this.current = this.latest ?? new Watched();
        this.latest = null;
        this.owner?.onOpen();
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        const { current } = this;
        if (!current) return this.violate('onBytes without a connection');
        const got = bytes.subarray(start, end);
        const wanted = current.down.subarray(current.downSeen, current.downSeen + got.length);
        current.downSeen += got.length;
        if (this.downIsTrue && !same(got, wanted)) this.violate(`the session got ${text(got)} in place of ${text(wanted)}`);
        this.owner?.onBytes(bytes, start, end);
    }

    onWritable(): void {
        if (!this.current) this.violate('onWritable without a connection');
        this.owner?.onWritable();
    }

    onClose(reason: number): void {
        this.note(`closed for ${reason}`);
        const { owner } = this;
        if (!owner) return this.violate('onClose twice, or after close');
        this.end();
        owner.onClose(reason);
    }

    private end(): void {
        if (this.current) this.current.closed = true;
        this.current = null;
        this.owner = null;
    }

    private violate(what: string): void {
        this.note(`VIOLATION: ${what}`);
        this.violations.push(what);
    }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const text = (bytes: Uint8Array): string => JSON.stringify(Buffer.from(bytes).toString('latin1'));
