// The bytes that a board with Espruino sends, taken apart: flow control, acknowledgements and packets ("README_Protocol.md" in Espruino's
// sources) apart from the text around them, which is what the program prints. Knows no port and no deadline.

const ACK = 0x06;
const NAK = 0x15;
const DLE = 0x10;
const SOH = 0x01;
const XON = 0x11;
const XOFF = 0x13;
/** Of the two bytes after DLE SOH: the type in the upper three bits, the length in the others. */
const LENGTH_MASK = 0x1fff;

export interface ReplyOwner {
    onText(bytes: Uint8Array): void;
    onFlow(mayWrite: boolean): void;
    onAcknowledge(good: boolean): void;
    /** `type`: upper three bits of 16, 0 for a RESPONSE. */
    onPacket(type: number, data: Buffer): void;
}

export class ReplyReader {
    private readonly owner: ReplyOwner;
    /** A packet that has begun, from its DLE. */
    private held: number[] = [];

    constructor(owner: ReplyOwner) {
        this.owner = owner;
    }

    /** Gives a packet up that has begun: text, if it is none. */
    restart(): void {
        const held = Uint8Array.from(this.held);
        this.held = [];
        if (held.length) this.owner.onText(held);
    }

    push(bytes: Uint8Array): void {
        let text: number[] = [];
        const tell = (): void => {
            if (text.length) this.owner.onText(Uint8Array.from(text));
            text = [];
        };
        for (const byte of bytes) {
            // Flow control may come anywhere: it is not the interpreter that sends it.
            if (byte === XON || byte === XOFF) {
                this.owner.onFlow(byte === XON);
            } else if (this.held.length > 0) {
                this.continuePacket(byte, text);
            } else if (byte === DLE) {
                tell();
                this.held.push(byte);
            } else if (byte === ACK || byte === NAK) {
                tell();
                this.owner.onAcknowledge(byte === ACK);
            } else {
                text.push(byte);
            }
        }
        tell();
    }

    private continuePacket(byte: number, text: number[]): void {
        const { held } = this;
        held.push(byte);
        if (held.length === 2 && byte !== SOH) text.push(...held.splice(0));
        if (held.length < 4) return;
        const head = held[2] << 8 | held[3];
        if (held.length < 4 + (head & LENGTH_MASK)) return;
        this.held = [];
        this.owner.onPacket(head & ~LENGTH_MASK, Buffer.from(held.slice(4)));
    }
}
