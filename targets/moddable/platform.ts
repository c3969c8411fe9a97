// Clock, timer, randomness and text encoding of Moddable for one client, over its modules `time` and `timer`.
import Time from 'time';
import Timer from 'timer';
import type { Platform, PlatformOwner } from '../../src/transport.ts';
import { report } from './report.ts';

/** Until when a timer waits that is not wanted, in ms: 12 days. It must stay scheduled: one that is not is gone after its callback. */
const IDLE = 0x3fffffff;

/** `ArrayBuffer.fromString` is XS's own. */
const encoder = ArrayBuffer as unknown as { fromString(text: string): ArrayBuffer };

export class ModdablePlatform implements Platform {
    private owner: PlatformOwner | null = null;
    private awaited = false;
    private readonly timer: ReturnType<typeof Timer.set>;

    constructor() {
        // The guard is the timer's callback itself: a frame less on a scarce stack.
        this.timer = Timer.set(() => {
            if (!this.awaited || !this.owner) return;
            this.awaited = false;
            try {
                this.owner.onWake();
            } catch (error) {
                // Out of a timer's callback it would end the machine.
                this.caught(error);
            }
        }, IDLE, IDLE);
    }

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        return Time.ticks;
    }

    wakeAfter(ms: number): void {
        this.awaited = ms >= 0;
        Timer.schedule(this.timer, ms >= 0 ? ms : IDLE, IDLE);
    }

    random(): number {
        // On both ESPs from the chip's generator of random bits (SDK 8: xs/platforms/esp/xsHost.h).
        return (Math.random() * 4294967296) >>> 0;
    }

    utf8(text: string): Uint8Array {
        const bytes = new Uint8Array(encoder.fromString(text));
        let end = 0;
        for (let index = 0; index < bytes.length; index++) {
            // In XS's strings U+0000 is C0 80.
            const isNull = bytes[index] === 0xc0;
            bytes[end++] = isNull ? 0 : bytes[index];
            if (isNull) index++;
        }
        return end === bytes.length ? bytes : new Uint8Array(bytes.subarray(0, end));
    }

    /** Traces it. */
    caught(error: unknown): void {
        report('a callback threw', error);
    }

    /** Gives back the timer. Only once its client is stopped for good: nothing may be asked of the platform afterwards. Twice is fine. */
    close(): void {
        this.owner = null;
        Timer.clear(this.timer);
    }
}
