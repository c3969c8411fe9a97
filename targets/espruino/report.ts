// Tells of an exception that ends here, on the console. Nothing that was thrown can make it throw.

declare function print(text: string): void;

export function report(error: unknown): void {
    let text = '?';
    try {
        text = '' + error;
    } catch {
        // An object that cannot be made a string.
    }
    print('motemq: a callback threw: ' + text);
}
