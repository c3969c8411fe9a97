// All that passes between host and board, each line with its time: written as it comes, so that it is there whatever happens next.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** `<` from the board, `>` to it, `=` what the host did. */
export type Side = '<' | '>' | '=';

export class RawLog {
    readonly path: string;
    private readonly hide: (text: string) => string;

    /** Empties the file at `path`. `hide` takes secrets out of every line. */
    constructor(path: string, hide: (text: string) => string) {
        this.path = path;
        this.hide = hide;
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, '');
    }

    /** `at`: ms since 1970. */
    write(side: Side, text: string, at = Date.now()): void {
        appendFileSync(this.path, `${new Date(at).toISOString()} ${side} ${this.hide(text)}\n`);
    }
}
