// Listeners and events as Espruino's objects have them: events are queued and told when the present turn is over.

type Listener = (...parameters: unknown[]) => void;

/** What waits to be called; the model's loop empties it. */
const queue: (() => void)[] = [];

export class Emitter {
    private readonly listeners = new Map<string, Listener[]>();

    on(event: string, listener: Listener): void {
        this.listeners.set(event, [...this.listeners.get(event) ?? [], listener]);
    }

    removeListener(event: string, listener: Listener): void {
        this.listeners.set(event, (this.listeners.get(event) ?? []).filter((one) => one !== listener));
    }

    removeAllListeners(event?: string): void {
        if (event === undefined) this.listeners.clear();
        else this.listeners.delete(event);
    }

    /** Who listens is settled now, not when they are called. */
    emit(event: string, ...parameters: unknown[]): void {
        for (const listener of this.listeners.get(event) ?? []) queue.push(() => listener.apply(this, parameters));
    }

    /** Calls the listeners at once. False if there is none. */
    tell(event: string, ...parameters: unknown[]): boolean {
        const listeners = this.listeners.get(event) ?? [];
        for (const listener of listeners) guarded(() => listener.apply(this, parameters));
        return listeners.length > 0;
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
