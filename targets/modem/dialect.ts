// What a dialect of AT commands consists of. Data only: at-engine.ts runs it, bring-up.ts and modem-transport.ts say when. Patterns and their
// letters are those of pattern.ts.
//
// In commands, besides the letters there: %a APN, %u user, %w password, %h host, %p port; of TLS %c the file of the CA's
// certificate, %C that of our certificate, %K that of our key, %s the level of verification; %U user, too. A step is left out if
// it has %c, %C, %K or %U and that is not given. %x stands for the bytes to send, two hexadecimal digits each. A dialect of a WiFi modem takes %a for the network's name and %w for its password.

// What a line means that answers nothing.

/** Bytes wait to be read. */
export const DATA = 1;
/** The peer has closed the socket; bytes may wait still. */
export const CLOSED = 2;
/** The bearer is gone, and the socket with it. */
export const BEARER_LOST = 3;
/** The modem has started anew: echo on, settings and sockets gone. */
export const REBOOTED = 4;
/** The modem has gone to sleep or is off. */
export const POWERED_DOWN = 5;

/** One command and its end. */
export interface Step {
    readonly command: string;
    /** The lines that must come, in any order: OK if left out. */
    readonly expect?: readonly string[];
    /** Lines that end it as failed, besides ERROR, +CME ERROR and +CMS ERROR. */
    readonly fail?: readonly string[];
    /** Longest time, in s. 5 if left out. */
    readonly seconds?: number;
    /** A question: the other lines come before the OK. With OK alone it has failed. */
    readonly asks?: boolean;
    /** A failure is tried again so often, each time after a second: what was asked for takes its time. */
    readonly repeats?: number;
    /** That it fails (not that it is left unanswered) does not matter: it is so already, or this firmware lacks it. */
    readonly tolerated?: boolean;
    /** Its answer says what the modem is. */
    readonly identifies?: boolean;
}

/** Reading what has arrived: `%n` of the command is the most that is wanted. */
export interface ReadStep extends Step {
    /** Stands before the bytes, `%n` of it is their number. Without its last character being `,` `:` or `"` it is a whole line. */
    readonly header: string;
    /** What stands between the bytes and the end of their line; nothing if left out. */
    readonly trailer?: string;
    /** An empty line follows that one, before the one of the OK. */
    readonly emptyLine?: boolean;
    /** The line that says that nothing, or nothing more, is there to be read, if it is not the header with 0. It may be one of `expect`. */
    readonly empty?: string;
    /** OK alone: the peer has closed the connection, and nothing is left to be read. */
    readonly endsBare?: boolean;
    /** The step fails when nothing is there to be read. */
    readonly failsWhenEmpty?: boolean;
}

/** The commands of one kind of socket: plain TCP, or TLS. */
export interface SocketCommands {
    readonly open: readonly Step[];
    readonly send: Step;
    /**
     * Asks how many bytes have been sent on the socket: `%t` of its answer. For modems whose answer to a send has no count: one that lost a digit
     * of the send command takes fewer bytes than were meant, and says that all is well.
     */
    readonly count?: Step;
    readonly read: ReadStep;
    readonly close: readonly Step[];
    /** Of TLS: what %s is when nothing is verified, when the server is, and when both sides are. */
    readonly levels?: readonly [none: number, server: number, both: number];
    /** Of TLS: there is no way without `ca`. */
    readonly needsCa?: true;
    /** What lines mean, for this kind of socket. */
    readonly events: readonly (readonly [pattern: string, event: number])[];
}

export interface Dialect {
    readonly name: string;
    /** One of these stands in the answer to AT+CGMM, or to `identification` if that is there, and in that of no modem of another family. */
    readonly models: readonly string[];
    readonly identification?: string;
    /** Behind a command. A carriage return if left out. */
    readonly lineEnd?: string;
    /** The character that asks for the bytes to send; `>` if left out. */
    readonly prompt?: string;
    /** Least time from the prompt to the bytes, in ms. */
    readonly promptDelay?: number;
    /**
     * The maker's own question how many tries the SIM's PIN has left, and the answer, with %r for that number; before a wrong one it is 3. It is asked
     * besides 27.007's +CPINR, which such a modem may lack.
     */
    readonly pinTries?: readonly [command: string, answer: string];
    /** No SIM and no registration: a modem for WiFi. In its texts a backslash stands before what would end them. */
    readonly isWifi?: boolean;
    /** After the modem was found: once, and again after each of its restarts. */
    readonly init: readonly Step[];
    readonly bearer: readonly Step[];
    readonly bearerDown: readonly Step[];
    readonly reset: readonly Step[];
    readonly powerDown: readonly Step[];
    readonly tcp: SocketCommands;
    readonly tls?: SocketCommands;
    /** The number by which the modem says that a host name could not be resolved. */
    readonly nameError?: number;
    /** The most bytes that one send may have. */
    readonly sendMaximum: number;
    /** The most bytes that one read may ask for. */
    readonly readMaximum: number;
    readonly events: readonly (readonly [pattern: string, event: number])[];
}
