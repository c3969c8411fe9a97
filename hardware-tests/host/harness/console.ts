// The console of a board at any port: lines with the time and a meaning, plain text and Moddable's debug link alike. `motemq monitor`,
// `motemq upload` and `motemq test` hear boards through it.
import { LineReader } from './line-reader.ts';
import { markerOf } from './markers.ts';
import type { Marker } from './markers.ts';
import { within } from './port.ts';
import type { Port } from './port.ts';
import { XsbugDecoder } from './xsbug.ts';

export type { Marker } from './markers.ts';

export interface ConsoleLine {
    /** When its first byte came: ms since 1970. */
    readonly at: number;
    /** Without its end and the codes of terminals. Bytes that are no UTF-8 are written `\xff`. */
    readonly text: string;
    readonly marker: Marker | null;
}

export class Console {
    readonly port: Port;
    /** Gets each line. Never called after `close`. */
    onLine: (line: ConsoleLine) => void;
    private readonly now: () => number;
    private readonly waiting = new Set<(line: ConsoleLine) => void>();
    private readonly reader: LineReader;
    private readonly xsbug: XsbugDecoder;
    private readonly lost = (): void => this.reader.flush();
    private at = 0;
    private closed = false;

    /** Listens at `port`, which it does not close. `now`: ms since 1970. */
    constructor(port: Port, onLine: (line: ConsoleLine) => void, now: () => number = Date.now) {
        this.port = port;
        this.onLine = onLine;
        this.now = now;
        this.xsbug = new XsbugDecoder({
            onText: text => this.tell(text, markerOf(text)),
            onLogin: name => this.tell(`machine ${name} has started`, 'reboot'),
            // A port that has gone tells that by its signal.
            onAnswer: text => void this.port.write(Buffer.from(text)).catch(() => {}),
        });
        this.reader = new LineReader((text, at) => {
            this.at = at;
            if (!this.xsbug.take(text)) this.tell(text, markerOf(text));
        }, (text, at) => {
            this.at = at;
            this.tell(text, 'prompt');
        });
        port.gone.addEventListener('abort', this.lost);
        this.listen();
    }

    /** Takes the bytes of the port, again after somebody else had them. */
    listen(): void {
        this.port.onBytes = bytes => this.push(bytes);
    }

    /** Bytes of the board, from the port or from who reads it in between: the uploader hands on what is not meant for it. */
    push(bytes: Uint8Array): void {
        if (!this.closed) this.reader.push(bytes, this.now());
    }

    /** Types `text`, line end included. Rejects if the port has gone. */
    async send(text: string): Promise<void> {
        await this.port.write(Buffer.from(text));
    }

    /** The first line from now on that `fits`. Rejects with `Late` after `milliseconds`, or with the reason of a port that has gone. */
    async waitFor(fits: (line: ConsoleLine) => boolean, milliseconds: number): Promise<ConsoleLine> {
        let look: (line: ConsoleLine) => void = () => {};
        try {
            return await within(milliseconds, this.port.gone, new Promise<ConsoleLine>((resolve) => {
                this.waiting.add(look = (line) => {
                    if (fits(line)) resolve(line);
                });
            }));
        } finally {
            this.waiting.delete(look);
        }
    }

    /** Ends the line that has begun, though its end has not come. */
    flush(): void {
        this.reader.flush();
    }

    /** Ends the line that has begun, and lets go of the port. Safe twice. */
    close(): void {
        if (this.closed) return;
        this.reader.flush();
        this.closed = true;
        this.port.onBytes = () => {};
        this.port.gone.removeEventListener('abort', this.lost);
    }

    private tell(text: string, marker: Marker | null): void {
        const line = { at: this.at, text, marker };
        this.onLine(line);
        for (const look of this.waiting) look(line);
    }
}
