// The design's ceilings, in one place for who measures: `npm run size`, `npm run bench` and the tests that hold figures.
// A ceiling that is not met says what was reached and why; from then on that figure is held instead, so that it can only
// get better.

export interface Ceiling {
    /** The design's figure. */
    readonly design: number;
    /** True where more is better: then the figure is the least that is wanted. */
    readonly isLeast?: boolean;
    readonly reached?: {
        /** What the project holds itself to until the design's figure is met. */
        readonly figure: number;
        readonly why: string;
    };
}

export const ceilings = {
    // Bytes of minified scripts, without texts for people.
    fullClient: { design: 6100, reached: { figure: 13472, why: 'the codec alone, with everything checked that the standard calls malformed, has 6,000 (--parts); the design\'s figure is that of MQTT.js, which checks little, has no will, sends nothing again and awaits no answer; 47 are tail calls that keep the stack below its ceiling on XS' } },
    publishOnlyClient: { design: 3000, reached: { figure: 8768, why: 'what it needs of the codec has 3,100 (--parts), before a connection, a send buffer and a deadline; tinyMQTT with 1,784 has none of these' } },

    // On XS, for one operation; slots of 16 bytes.
    heapBytes: { design: 0 },
    publish0Bytecodes: { design: 190, reached: { figure: 860, why: 'the floor is 280: the same calls with the same arguments that do nothing but lay out the packet (scripts/bench/floor.ts); the rest checks, queues, counts and sets the deadline and the wake' } },
    publish1Bytecodes: { design: 440, reached: { figure: 1890, why: 'the floor is 380; the rest is that of a QoS 0 message, and a PUBACK that may come in pieces, is checked and looked up among those awaited' } },
    receivedBytecodes: { design: 450, reached: { figure: 1050, why: 'the floor is 258; the rest is a packet that may come in pieces, its checks (UTF-8, wildcards, lengths), the message as the callback sees it and the guard around the callback' } },
    stackSlots: { design: 100 },
    /** Bytes of a connected client with platform, transport and options; the buffers that the caller chose aside. */
    liveBytes: { design: 1700 },

    espruinoFull: { design: 6100 },
    espruinoPublisher: { design: 3000 },

    /** The modem's engine and transport with the largest dialect: what a board takes in besides its client. */
    modemTransport: { design: 17600, reached: { figure: 20020, why: 'commands and lines as bytes in one book, which take 6.5 KB less of a board\'s heap than an object for each, bytes spelled within a command, the questions how many were sent and how many tries the PIN has left, the locks of a modem, and texts with escapes' } },

    /** What a board that is tested has besides its tests. */
    tapRuntime: { design: 1500 },

    // On Espruino, with code in Storage; variables of 14 bytes (`npm run test:espruino`).
    espruinoFullConnected: { design: 434 },
    espruinoPublisherConnected: { design: 260 },
    /** Of one publish() with QoS 0 and 20 bytes. */
    espruinoPublish0: { design: 80 },
    espruinoPublish0Peak: { design: 31 },
    espruinoGrowth: { design: 0 },

    // On V8: bytes of heap for one packet, and how many times faster than mqtt-packet in the same run.
    codecHeapBytes: { design: 0 },
    encodeRatio: { design: 6, isLeast: true },
    parseRatio: { design: 5, isLeast: true },
    piecesRatio: { design: 10, isLeast: true },

    // On the wire: one wake with a QoS 1 message (client identifier 12, topic 24, payload 64 bytes), and an hour of keep-alive.
    wakeBytesUp: { design: 122 },
    wakeBytesDown: { design: 8 },
    wakeRoundTrips: { design: 2 },
    /** One with data, one with DISCONNECT. */
    wakeWrites: { design: 2 },
    pingsIdle: { design: 6 },
    pingsPublishing: { design: 0 },
} as const satisfies Record<string, Ceiling>;

export type CeilingName = keyof typeof ceilings;

/** A figure held against its ceiling. */
export interface Verdict {
    readonly design: number;
    readonly reached?: Ceiling['reached'];
    /** The design's figure is met. */
    readonly met: boolean;
    /** What the project holds itself to is met: the design's figure, or what was reached. */
    readonly held: boolean;
    /** `865 > 190`, `0 ≤ 0`, `7.2 ≥ 6`. */
    readonly text: string;
}

const plain = (figure: number) => figure.toLocaleString('en', { maximumFractionDigits: 2 });

/** `figure` against `ceiling`. `format`: how people read it. */
export function judgeAgainst({ design, isLeast, reached }: Ceiling, figure: number, format: (figure: number) => string = plain): Verdict {
    const within = (bound: number) => isLeast ? figure >= bound : figure <= bound;
    const met = within(design);
    const sign = isLeast ? (met ? '≥' : '<') : (met ? '≤' : '>');
    return { design, reached, met, held: met || (reached !== undefined && within(reached.figure)), text: `${format(figure)} ${sign} ${format(design)}` };
}

export function judge(name: CeilingName, figure: number, format?: (figure: number) => string): Verdict {
    return judgeAgainst(ceilings[name], figure, format);
}
