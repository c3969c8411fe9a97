// Tells of an exception that ends here, on the console. Nothing that was thrown can make it throw.

export function report(what: string, error: unknown): void {
    let text = '?';
    try {
        text = '' + error;
    } catch {
        // A symbol, or an object that cannot be made a string.
    }
    trace('motemq: ' + what + ': ' + text + '\n');
}
