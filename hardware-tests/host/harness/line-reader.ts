// Bytes of a board's console into lines of text, whatever the terminal codes, the engine and the state of the line. Knows no port.
import { stripVTControlCharacters } from 'node:util';

/** Bytes that a line has at most; a longer one is taken apart. */
const LONGEST = 65_536;
const LF = 10;
/** XON and XOFF, which are no text. */
const isFlowControl = (byte: number): boolean => byte === 0x11 || byte === 0x13;

export class LineReader {
    private readonly onLine: (text: string, at: number) => void;
    private readonly onPrompt: (text: string, at: number) => void;
    private held: number[] = [];
    private began = 0;

    /** `at`: when the first byte of a line came, in the clock of `push`. `onPrompt` gets a prompt, which no line end follows. */
    constructor(onLine: (text: string, at: number) => void, onPrompt: (text: string, at: number) => void) {
        this.onLine = onLine;
        this.onPrompt = onPrompt;
    }

    /** Takes bytes that came at the time `at`. */
    push(bytes: Uint8Array, at: number): void {
        for (const byte of bytes) {
            if (isFlowControl(byte)) continue;
            if (this.held.length === 0) this.began = at;
            if (byte === LF || this.held.push(byte) >= LONGEST) this.end();
        }
        const prompt = this.held.length <= 16 ? /^(?:debug)?>$/.exec(this.text()) : null;
        if (!prompt) return;
        this.held = [];
        this.onPrompt(prompt[0], this.began);
    }

    /** Ends a line that has begun. */
    flush(): void {
        if (this.held.length) this.end();
    }

    private end(): void {
        const text = this.text();
        this.held = [];
        this.onLine(text, this.began);
    }

    private text(): string {
        const plain = stripVTControlCharacters(decode(Uint8Array.from(this.held))).replace(/\r+$/, '');
        // After a carriage return the line is written anew, as Espruino does to take its prompt away.
        return plain.slice(plain.lastIndexOf('\r') + 1).replace(/^>+(?=[^ >])/, '').replace(unprintable, escaped);
    }
}

// What no terminal shows, but for the tabulator.
// oxlint-disable-next-line no-control-regex
const unprintable = /[\x00-\x08\x0b-\x1f\x7f]/g;

const escaped = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** UTF-8; where it is none, each byte beyond ASCII becomes `\xff`. */
function decode(bytes: Uint8Array): string {
    const text = Buffer.from(bytes).toString('utf8');
    return text.includes('\ufffd') ? Buffer.from(bytes).toString('latin1').replace(/[\x80-\xff]/g, escaped) : text;
}
