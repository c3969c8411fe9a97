// One stream of numbered messages as a receiver gets it: its memory is a few numbers, however long the soak lasts.
// Runs on every engine; `take` allocates nothing unless it has a fault to tell.

/** QoS 1, and the broker keeps the receiver's session: every number comes, for the first time in order. */
export const KEPT = 0;
/** QoS 1, clean session: what is published while the receiver is away is not for it. */
export const CLEAN = 1;
/** QoS 0: a number comes at most once, and never after a later one. */
export const AT_MOST_ONCE = 2;

export interface InletOwner {
    /** The receiver cannot explain by an end of its own connection why `number` comes again. */
    onRepeat(from: string, number: number): void;
    /** A promise is broken. */
    onFault(text: string): void;
}

export class Inlet {
    readonly from: string;
    /** All below it have come, or passed by. */
    next = 1;
    /** Numbers that came again. */
    repeats = 0;
    private readonly kind: number;
    private readonly owner: InletOwner;
    /** What `next` was when the present connection began. */
    private nextAtConnect = 1;
    /** Nothing has come on the present connection. */
    private fresh = true;

    constructor(from: string, kind: number, owner: InletOwner) {
        this.from = from;
        this.kind = kind;
        this.owner = owner;
    }

    /** The receiver has a new connection: the broker may send again what it had sent on the one before. */
    connected(): void {
        this.nextAtConnect = this.next;
        this.fresh = true;
    }

    /** Message `number` has come; -1: one that cannot be read. */
    take(number: number): void {
        const { kind, next } = this;
        if (number < 0) {
            this.owner.onFault('a damaged message from ' + this.from);
        } else if (number < next) {
            this.repeats++;
            if (kind === AT_MOST_ONCE) this.owner.onFault('QoS 0 message ' + number + ' from ' + this.from + ' comes after ' + (next - 1));
            else if (number >= this.nextAtConnect) this.owner.onRepeat(this.from, number);
        } else {
            if (number > next && (kind === KEPT || (kind === CLEAN && !this.fresh))) {
                this.owner.onFault('message ' + number + ' from ' + this.from + ' comes before ' + next);
            }
            this.next = number + 1;
        }
        this.fresh = false;
    }
}
