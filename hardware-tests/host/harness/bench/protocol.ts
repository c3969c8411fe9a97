// Lines of a board's TAP runtime (hardware-tests/suites/tap.ts), taken apart. Anything may stand between them, and any of them may be torn.

export type BoardLine =
    /** The program has started. */
    | { readonly kind: 'ready'; readonly image: string }
    /** It has heard which run this is. */
    | { readonly kind: 'greeting'; readonly run: string; readonly image: string; readonly engine: string }
    | { readonly kind: 'no network'; readonly why: string }
    | { readonly kind: 'begins'; readonly test: number }
    | { readonly kind: 'command'; readonly test: number; readonly command: string }
    | { readonly kind: 'note'; readonly test: number; readonly text: string }
    | { readonly kind: 'result'; readonly test: number; readonly passed: boolean; readonly skip: string }
    /** A line of what is said about a result, and its end. */
    | { readonly kind: 'detail'; readonly name: string; readonly value: string }
    | { readonly kind: 'end of details' }
    | { readonly kind: 'other' };

/** What `text` says. */
export function readBoardLine(text: string): BoardLine {
    let found = /^# motemq ready (\S+)$/.exec(text);
    if (found) return { kind: 'ready', image: found[1] };
    found = /^# motemq run (\S+) image (\S+) memory -?\d+ engine (.+)$/.exec(text);
    if (found) return { kind: 'greeting', run: found[1], image: found[2], engine: found[3] };
    found = /^# motemq has no network: (.*)$/.exec(text);
    if (found) return { kind: 'no network', why: found[1] };
    found = /^#(\d+) (.*)$/.exec(text);
    if (found) return readNote(Number(found[1]), found[2]);
    found = /^(not )?ok (\d+) - .*?(?: # SKIP (.+))?$/.exec(text);
    if (found) return { kind: 'result', test: Number(found[2]), passed: found[1] === undefined, skip: found[3] ?? '' };
    found = /^ {2}(message|ms|memory): (.*)$/.exec(text);
    if (found) return { kind: 'detail', name: found[1], value: found[2] };
    return text === '  ...' ? { kind: 'end of details' } : { kind: 'other' };
}

function readNote(test: number, text: string): BoardLine {
    if (text === 'begins') return { kind: 'begins', test };
    return text.startsWith('? ') ? { kind: 'command', test, command: text.slice(2) } : { kind: 'note', test, text };
}

/** The figures of `memory: [1000, 1010]`; null: the board does not know. */
export function readMemory(text: string): readonly [number, number] | null {
    const [before, after] = (text.match(/-?\d+/g) ?? []).map(Number);
    return before >= 0 && after >= 0 ? [before, after] : null;
}

/** A text in quotes, as JSON has it or nearly so: engines differ in what they escape how. */
export function unquote(text: string): string {
    try {
        return String(JSON.parse(text));
    } catch {
        return text.replace(/^"|"$/g, '');
    }
}
