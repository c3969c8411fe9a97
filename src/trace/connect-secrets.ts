// Finds user name and password in the bytes that a client sends, so that a trace need not hold them. It knows the layout of
// CONNECT (MQTT 3.1.1 §3.1) and nothing of what follows.

const CONNECT = 0x10;

/** What comes next. */
const FIRST_BYTE = 0;
const REMAINING_LENGTH = 1;
const BODY = 2;
const DONE = 3;

/** Protocol name, level, connect flags, keep-alive. */
const VARIABLE_HEADER_SIZE = 10;
const LEVEL = 6;
const FLAGS = 7;
const WILL_FLAG = 4;

/** One connection's: hand it every byte that the client sends, in order, from the first on. */
export class ConnectSecrets {
    private phase = FIRST_BYTE;
    /** Bytes of the body that are still to come, and those that have come. */
    private remaining = 0;
    private scale = 1;
    private at = 0;
    /** Fields that are no secret: client identifier, will topic and will message; then come user name and password. */
    private clear = 1;
    /** Bytes of the field's length seen, and of the field that are still to come. */
    private lengthBytes = 0;
    private length = 0;
    /** Not the CONNECT of MQTT 3.1.1: where its secrets lie is unknown. */
    private foreign = false;

    /** CONNECT has ended, or something else has begun: nothing is hidden any more. */
    get passed(): boolean {
        return this.phase === DONE;
    }

    /** True if `byte`, the next one, is part of a user name or a password, or if that cannot be known. */
    hides(byte: number): boolean {
        switch (this.phase) {
            case FIRST_BYTE:
                this.phase = byte === CONNECT ? REMAINING_LENGTH : DONE;
                return false;
            case REMAINING_LENGTH:
                this.remaining += (byte & 127) * this.scale;
                this.scale *= 128;
                if (byte < 128) this.phase = this.remaining ? BODY : DONE;
                return false;
            case BODY:
                if (--this.remaining === 0) this.phase = DONE;
                return this.inBody(byte);
            default:
                return false;
        }
    }

    private inBody(byte: number): boolean {
        const at = this.at++;
        if (at < VARIABLE_HEADER_SIZE) {
            if (at === LEVEL && byte !== 4) this.foreign = true;
            if (at === FLAGS && (byte & WILL_FLAG)) this.clear = 3;
            return false;
        }
        if (this.foreign) return true;
        if (this.lengthBytes < 2) {
            this.length = (this.length << 8) | byte;
            if (++this.lengthBytes === 2 && this.length === 0) this.nextField();
            return false;
        }
        const hidden = this.clear <= 0;
        if (--this.length === 0) this.nextField();
        return hidden;
    }

    private nextField(): void {
        this.lengthBytes = 0;
        this.clear--;
    }
}
