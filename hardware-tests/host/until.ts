// Waiting for what another process or socket will do, in tests and tools of the host.

/** Resolves as soon as `condition` holds; rejects, naming `what`, when it does not within `seconds`. */
export async function until(what: string, condition: () => boolean, seconds = 10): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    while (!condition()) {
        if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain until ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
    }
}

/** Lets everything run that is due already: `turns` rounds of the event loop. */
export async function settle(turns = 20): Promise<void> {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}
