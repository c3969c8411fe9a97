// One connection as lines of a trace. A line says what has happened, and can stand among any others: in a file, or on a board's
// console between what the application prints. It knows nothing of what it is called for, and of MQTT only where CONNECT keeps secrets.
//
//     mqtt~ NAME TIME EVENT [ARGUMENTS] SUM
//
// - NAME: of the connection, without spaces: `c0`, `c1`.
// - TIME: of the trace's clock, in ms: an integer that may wrap at 2^32, or with decimals.
// - EVENT, as the client's side sees it:
//   `open` it begins to connect; `ready` bytes can be sent; `> OFFSET HEX` bytes are taken to be sent; `flush` what was taken leaves;
//   `< OFFSET HEX` bytes have arrived; `close` it ends the connection; `end REASON` the connection has ended (src/reasons.ts);
//   `reset` it was reset.
//   OFFSET counts the bytes of this direction: a line that is lost leaves a hole of known size. In HEX `**` is a byte that was left
//   out, of a user name or a password. `OFFSET+` continues the line before: bytes that were handed over together.
//   `at MS` under the name `-`: the time in ms since 1970, for which this line's TIME is the clock.
// - SUM: Fletcher's sum, 16 bits in four hexadecimal digits, of the ASCII codes from NAME to the space before SUM, that excluded.
import { ConnectSecrets } from './connect-secrets.ts';

export interface TraceOptions {
    /** Is given each line, without a line end: `print` on Espruino, `text => trace(text + '\n')` on Moddable. It must not throw. */
    readonly print: (line: string) => void;
    /** The clock of the lines, in ms: the platform, for instance. */
    readonly clock: { now(): number };
    /** First part of the connections' names, without spaces: tells the transports of one trace apart. `c` if left out. */
    readonly name?: string;
    /** Bytes that one line holds at most; 32 if left out. */
    readonly lineSize?: number;
    /** True: user names and passwords are written down, too. */
    readonly secrets?: boolean;
}

const DIGITS = '0123456789abcdef';

/** What a line begins with, so that it is found behind a time stamp or a prompt. */
export const MARK = 'mqtt~ ';

/** Fletcher's sum of a line's text, as it stands in the line. */
export function sumOf(text: string): string {
    let low = 0;
    let high = 0;
    for (let index = 0; index < text.length; index++) {
        low = (low + text.charCodeAt(index)) % 255;
        high = (high + low) % 255;
    }
    return DIGITS[high >> 4] + DIGITS[high & 15] + DIGITS[low >> 4] + DIGITS[low & 15];
}

export class ConnectionTrace {
    private sentBytes = 0;
    private receivedBytes = 0;
    private readonly options: TraceOptions;
    private readonly name: string;
    private readonly secrets: ConnectSecrets | null;

    /** `name`: of this connection in the trace, without spaces. */
    constructor(options: TraceOptions, name: string) {
        this.options = options;
        this.name = name;
        this.secrets = options.secrets ? null : new ConnectSecrets();
    }

    /** Writes a line. `event`: its name, and its arguments behind spaces. */
    line(event: string): void {
        const text = this.name + ' ' + this.options.clock.now() + ' ' + event;
        this.options.print(MARK + text + ' ' + sumOf(text));
    }

    /** The client has handed over bytes[start..end). */
    sent(bytes: Uint8Array, start: number, end: number): void {
        this.sentBytes = this.bytes('> ', this.sentBytes, this.secrets, bytes, start, end);
    }

    /** bytes[start..end) have arrived at the client. */
    received(bytes: Uint8Array, start: number, end: number): void {
        this.receivedBytes = this.bytes('< ', this.receivedBytes, null, bytes, start, end);
    }

    /** Returns the offset behind the last byte. */
    private bytes(direction: string, offset: number, secrets: ConnectSecrets | null, bytes: Uint8Array, start: number, end: number): number {
        const lineSize = this.options.lineSize ?? 32;
        let sign = ' ';
        while (start < end) {
            const lineEnd = end - start > lineSize ? start + lineSize : end;
            let event = direction + offset + sign;
            offset += lineEnd - start;
            for (; start < lineEnd; start++) {
                const byte = bytes[start];
                event += secrets !== null && secrets.hides(byte) ? '**' : DIGITS[byte >> 4] + DIGITS[byte & 15];
            }
            this.line(event);
            sign = '+ ';
        }
        return offset;
    }
}
