// What the target uses of Moddable's own modules and globals (SDK 8: modules/base/timer, modules/base/time, xsAPI).

declare module 'timer' {
    /** A timer: what `set` and `repeat` return, and what the callback is given. */
    class TimerIdentifier {
        private readonly timer;
    }

    const Timer: {
        /** Calls back in `ms` milliseconds, then every `repeat` ms; without `repeat` once, and the identifier is void afterwards. */
        set(callback: (id: TimerIdentifier) => void, ms?: number, repeat?: number): TimerIdentifier;
        repeat(callback: (id: TimerIdentifier) => void, ms: number): TimerIdentifier;
        /** Sets a timer anew; without `ms` it stays, but does not fire until it is scheduled again. */
        schedule(id: TimerIdentifier, ms?: number, repeat?: number): void;
        clear(id: TimerIdentifier | null | undefined): void;
    };

    export default Timer;
}

declare module 'time' {
    const Time: {
        /** Milliseconds, int32; wraps. */
        readonly ticks: number;
        /** Milliseconds from `start` to `end` (default: now), right across a wrap. */
        delta(start: number, end?: number): number;
    };

    export default Time;
}

/** Prints its arguments; a line ends with '\n'. */
declare function trace(...texts: string[]): void;
