// The power of a simulated board. It can fail in the middle of a write to memory: from then on nothing that the board's program still
// does has an effect, until it starts again.
import { ApplicationError } from '../application-error.ts';

/** What a memory throws when the power fails. Whoever catches it goes on in vain. */
export class PowerCut extends ApplicationError {}

export class Power {
    failed = false;
    /** Bytes that are still written before it fails. */
    left = Infinity;

    /** A write of `bytes`: how many of them get there. All, or the power has `failed`. */
    spend(bytes: number): number {
        if (this.failed) throw new PowerCut();
        const written = Math.min(bytes, this.left);
        this.left -= written;
        this.failed = written < bytes;
        return written;
    }

    /** Throws if it has failed. */
    demand(): void {
        if (this.failed) throw new PowerCut();
    }

    restore(): void {
        this.failed = false;
        this.left = Infinity;
    }
}
