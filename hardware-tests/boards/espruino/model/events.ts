// Listeners and events as Espruino's objects have them: events are queued and told when the present turn is over.

type Listener = (...parameters: unknown[]) => void;

/** What waits to be called; the model's loop empties it. */
const queue: (() => void)[] = [];

/** Listeners are ordinary properties: one function, or an array of several. */
export class Emitter {
    [listeners: `#on${string}`]: Listener | Listener[] | undefined;

    on(event: string, listener: Listener): void {
        const before = this.listening(event);
        this[`#on${event}`] = before.length > 0 ? [...before, listener] : listener;
    }

    removeListener(event: string, listener: Listener): void {
        this[`#on${event}`] = this.listening(event).filter((one) => one !== listener);
    }

    removeAllListeners(event?: string): void {
        for (const name of event === undefined ? Object.keys(this) : [`#on${event}`]) {
            if (name.startsWith('#on')) delete this[name as `#on${string}`];
        }
    }

    /** Who listens is settled now, not when they are called. */
    emit(event: string, ...parameters: unknown[]): void {
        for (const listener of this.listening(event)) queue.push(() => listener.apply(this, parameters));
    }

    /** Calls the listeners at once. False if there is none. */
    tell(event: string, ...parameters: unknown[]): boolean {
        const listeners = this.listening(event);
        for (const listener of listeners) guarded(() => listener.apply(this, parameters));
        return listeners.length > 0;
    }

    private listening(event: string): Listener[] {
        const listeners = this[`#on${event}`] ?? [];
        return Array.isArray(listeners) ? listeners : [listeners];
    }
}

/** Prints what a callback throws, and goes on. */
export function guarded(action: () => void): void {
    try {
        action();
    } catch (error) {
        console.log(`Uncaught ${String(error)}`);
    }
}

/** Calls what is queued now; what these queue comes next time. */
export function drainQueue(): void {
    for (const call of queue.splice(0)) guarded(call);
}
