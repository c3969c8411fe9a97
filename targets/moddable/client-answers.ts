// What the application of client.ts waits for an answer to. One `write` may have become several packets, a SUBSCRIBE with several
// items for instance: its answer is complete when each of them has one. Knows packet identifiers, nothing of packets.

/** A `write` that is to be answered with one control message. */
export interface Request {
    /** The control message's operation. */
    readonly operation: number;
    /** What the application calls it. */
    id: number;
    /** Packets without an answer. */
    missing: number;
    /** A code for each packet, in their order. */
    readonly codes: number[];
}

interface Expected {
    readonly packetIdentifier: number;
    readonly request: Request;
    readonly index: number;
}

export class Answers {
    private readonly expected: Expected[] = [];

    /** The packet is the next one of `request`. */
    expect(packetIdentifier: number, request: Request): void {
        this.expected.push({ packetIdentifier, request, index: request.codes.length });
        request.codes.push(0);
        request.missing++;
    }

    /** The answer to a packet came. Returns the request that is complete with it, else null. */
    take(packetIdentifier: number, code: number): Request | null {
        const expected = this.expected;
        for (let at = 0; at < expected.length; at++) {
            const one = expected[at];
            if (one.packetIdentifier !== packetIdentifier) continue;
            expected[at] = expected[expected.length - 1];
            expected.pop();
            one.request.codes[one.index] = code;
            return --one.request.missing === 0 ? one.request : null;
        }
        return null;
    }
}
