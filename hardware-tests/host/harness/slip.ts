// SLIP framing (RFC 1055, with an END at both ends) as the serial loaders of Espressif's chips use it. Knows no command.

const END = 0xc0;
const ESC = 0xdb;
const ESC_END = 0xdc;
const ESC_ESC = 0xdd;

/** `payload` as a frame. */
export function slipFrame(payload: Uint8Array): Uint8Array {
    const out = [END];
    for (const byte of payload) {
        if (byte === END) out.push(ESC, ESC_END);
        else if (byte === ESC) out.push(ESC, ESC_ESC);
        else out.push(byte);
    }
    out.push(END);
    return Uint8Array.from(out);
}

/**
 * Takes a byte stream apart at each END. Text and noise between frames come out as frames of their own, which are no packets: that way a
 * stray END cannot turn frames and gaps into each other. A frame with a wrong escape is left out.
 */
export class SlipReader {
    private readonly onFrame: (payload: Uint8Array) => void;
    private held: number[] = [];
    private escaped = false;
    private broken = false;

    constructor(onFrame: (payload: Uint8Array) => void) {
        this.onFrame = onFrame;
    }

    /** Forgets a frame that has begun. */
    restart(): void {
        this.held = [];
        this.escaped = this.broken = false;
    }

    push(bytes: Uint8Array): void {
        for (const byte of bytes) this.take(byte);
    }

    private take(byte: number): void {
        if (byte === END) {
            const payload = Uint8Array.from(this.held);
            const whole = payload.length > 0 && !this.escaped && !this.broken;
            this.restart();
            if (whole) this.onFrame(payload);
        } else if (this.escaped) {
            this.escaped = false;
            if (byte === ESC_END) this.held.push(END);
            else if (byte === ESC_ESC) this.held.push(ESC);
            else this.broken = true;
        } else if (byte === ESC) {
            this.escaped = true;
        } else {
            this.held.push(byte);
        }
    }
}
