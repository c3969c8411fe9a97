// The two cuts of a run: FIN in the middle of a reading on its way up, RST in the middle of an acknowledgement on its way down.
// The second one leaves the broker with a reading of which the node cannot know: it comes again, and is the run's duplicate.
import type { Direction, ProxyConnection } from '../../hardware-tests/host/fault-proxy.ts';
import type { Cut } from '../../hardware-tests/host/fault-flow.ts';

export interface CutMade {
    readonly how: Cut;
    readonly direction: Direction;
    /** Bytes of the piece that was on its way, and how many of them got through. */
    readonly size: number;
    readonly passed: number;
    /** What the node had sent again before it. */
    readonly resentBefore: number;
    /** By performance.now(). */
    readonly at: number;
    /** When the node was connected again; 0: not yet. */
    survivedAt: number;
}

export class Cuts {
    readonly made: CutMade[] = [];
    private readonly count: number;
    private readonly resent: () => number;
    private readonly published: () => number;

    /** `count` readings are to come; `resent` and `published` tell how far the node says it is. */
    constructor(count: number, published: () => number, resent: () => number) {
        this.count = count;
        this.published = published;
        this.resent = resent;
    }

    /** For the proxy: bytes have arrived that it has not passed on yet. */
    readonly onBytes = (connection: ProxyConnection, direction: Direction, bytes: Buffer): void => {
        const { made } = this;
        const flow = connection[direction];
        // Nothing else may be on its way: then it is this piece that the cut falls into.
        if (bytes.length < 2 || flow.received - bytes.length !== flow.forwarded) return;
        if (made.length === 0 ? this.isFirst(direction) : made.length === 1 && this.isSecond(connection, direction)) {
            const how = made.length === 0 ? 'fin' : 'rst';
            const passed = Math.floor(bytes.length / 2);
            made.push({ how, direction, size: bytes.length, passed, resentBefore: this.resent(), at: performance.now(), survivedAt: 0 });
            connection.set({ [direction]: { cutAfter: { bytes: flow.forwarded + passed, how } } });
        }
    };

    /** The node has been connected `connections` times. */
    connected(connections: number): void {
        this.made.forEach((cut, index) => {
            if (cut.survivedAt === 0 && connections > index + 1) cut.survivedAt = performance.now();
        });
    }

    /** A reading, when a third of them is out. */
    private isFirst(direction: Direction): boolean {
        return direction === 'up' && this.published() >= this.count / 3;
    }

    /** An acknowledgement (what comes first is CONNACK), some readings after the node is back, or among the last ones. */
    private isSecond({ up, down }: ProxyConnection, direction: Direction): boolean {
        return direction === 'down' && down.chunks > 1 && this.survived === 1
            && (up.chunks > 1 + this.count / 10 || this.published() >= this.count - 1);
    }

    get survived(): number {
        return this.made.filter(({ survivedAt }) => survivedAt > 0).length;
    }
}
