// Time for very many nodes at once: a queue of what is due in which millisecond, and the clock of a node above it.
import type { Platform, PlatformOwner } from '../../../src/transport.ts';

export class VirtualTime {
    /** In ms. */
    now = 0;
    /** What is due, by the millisecond. */
    private readonly due: ((() => void)[] | undefined)[] = [];

    /** Calls `job` in `ms` ms, a whole number; 0: at this moment, behind all that is due now already. */
    after(ms: number, job: () => void): void {
        (this.due[this.now + ms] ??= []).push(job);
    }

    /** Lets time pass until `end`, or until `over` holds at a full second. */
    pass(end: number, over: () => boolean = () => false): void {
        for (; this.now < end; this.now++) {
            const jobs = this.due[this.now];
            this.due[this.now] = undefined;
            // Its length is read anew: a job may add others for this moment.
            if (jobs) {
                this.due[this.now] = jobs;
                for (let index = 0; index < jobs.length; index++) jobs[index]();
                this.due[this.now] = undefined;
            }
            if (this.now % 1000 === 0 && over()) return;
        }
    }
}

export class NodeClock implements Platform {
    private readonly time: VirtualTime;
    private readonly draw: () => number;
    private owner: PlatformOwner | null = null;
    private wanted = 0;

    /** `draw`: 32 random bits, or what a policy has in their place. */
    constructor(time: VirtualTime, draw: () => number) {
        this.time = time;
        this.draw = draw;
    }

    attach(owner: PlatformOwner): void {
        this.owner = owner;
    }

    now(): number {
        return this.time.now;
    }

    wakeAfter(ms: number): void {
        const number = ++this.wanted;
        if (ms < 0) return;
        this.time.after(ms, () => {
            if (number === this.wanted) this.owner!.onWake();
        });
    }

    random(): number {
        return this.draw();
    }

    utf8(text: string): Uint8Array {
        return new TextEncoder().encode(text);
    }

    caught(error: unknown): void {
        throw error;
    }
}
