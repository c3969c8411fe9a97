// What a link saw of one connection, and what that says: bytes, segments, and how often one side had to wait for the other. Knows
// segments of TCP and their times, nothing of MQTT.
//
// Round trips are counted by a Lamport clock: a segment has the number 1, or one more than the highest number that its sender had received
// before it sent it. SYN is 1, SYN-ACK 2, what follows it 3, the answer to that 4. Who has received number n could not have had that answer
// before n one-way delays were over: n / 2 round trips, whatever the delay is and however slow both sides are.

export interface Segment {
    /** When it was sent and when it arrived, in µs of one clock. */
    readonly sent: number;
    readonly arrived: number;
    /** From the client to the broker. */
    readonly up: boolean;
    /** Of S, F, R and A. */
    readonly flags: string;
    /** Bytes of the IP packet; 0: not known. */
    readonly size: number;
    /** Bytes of TCP's payload. */
    readonly payload: number;
}

/** The Lamport clock's number of each segment. `segments`: in the order in which they were sent. */
export function lamportNumbers(segments: readonly Segment[]): number[] {
    const numbers: number[] = [];
    for (const segment of segments) {
        let highest = 0;
        for (let index = 0; index < numbers.length; index++) {
            const earlier = segments[index];
            if (earlier.up !== segment.up && earlier.arrived <= segment.sent && numbers[index] > highest) highest = numbers[index];
        }
        numbers.push(highest + 1);
    }
    return numbers;
}

/** Round trips that the client had to wait for what it had at `time`, in µs. Pure acknowledgements count where something waited for them, as Nagle's algorithm does. */
export function roundTripsAt(segments: readonly Segment[], time: number): number {
    const numbers = lamportNumbers(segments);
    let highest = 0;
    segments.forEach(({ up, arrived, payload, flags }, index) => {
        if (!up && arrived <= time && (payload > 0 || /[SF]/.test(flags))) highest = Math.max(highest, numbers[index]);
    });
    return highest / 2;
}

export interface Totals {
    /** TCP's payload: MQTT, with TLS its records. */
    readonly bytesUp: number;
    readonly bytesDown: number;
    /** With the headers of IP and TCP. */
    readonly ipUp: number;
    readonly ipDown: number;
    readonly segmentsUp: number;
    readonly segmentsDown: number;
    /** Those of the client that carry payload. */
    readonly dataSegments: number;
    /** From the client's first segment to its last, in ms: so long a radio cannot sleep that waits for the end of the connection. */
    readonly radio: number;
}

export function totals(segments: readonly Segment[]): Totals {
    const sum = (up: boolean, of: (segment: Segment) => number): number => segments.reduce((total, segment) => total + (segment.up === up ? of(segment) : 0), 0);
    const own = segments.filter(({ up }) => up);
    return {
        bytesUp: sum(true, ({ payload }) => payload), bytesDown: sum(false, ({ payload }) => payload),
        ipUp: sum(true, ({ size }) => size), ipDown: sum(false, ({ size }) => size),
        segmentsUp: own.length, segmentsDown: segments.length - own.length,
        dataSegments: sum(true, ({ payload }) => payload > 0 ? 1 : 0),
        radio: own.length > 0 ? (own[own.length - 1].sent - own[0].sent) / 1000 : 0,
    };
}

/** Both sides have said that they are done, or one has reset the connection. */
export function isOver(segments: readonly Segment[]): boolean {
    const ended = (up: boolean): boolean => segments.some(segment => segment.up === up && segment.flags.includes('F'));
    return (ended(true) && ended(false)) || segments.some(({ flags }) => flags.includes('R'));
}
