// The debug link of Moddable's debug builds, which shares the console with plain text: frames of XML, each after a tag with the address of
// its machine (xs/platforms/esp/xsPlatform.c, xs/sources/xsDebug.c of the SDK). Makes lines of text of them, and the answers without which
// a machine waits at its start for a debugger.

/** Characters that an unfinished frame has at most. */
const LONGEST = 262_144;

const TAG = /<\?xs[.#-]([0-9A-F]{8})\?>/;
const BEGIN = '<xsbug>';
const END = '</xsbug>';

export interface XsbugOwner {
    /** What the application printed by trace(), or what the engine reports. */
    onText(text: string): void;
    /** A machine has logged in: it has just started. */
    onLogin(name: string): void;
    /** To be sent to the board. */
    onAnswer(text: string): void;
}

export class XsbugDecoder {
    private readonly owner: XsbugOwner;
    private machine = '';
    private frame: string | null = null;
    /** Of trace() without a line end. */
    private begun = '';

    constructor(owner: XsbugOwner) {
        this.owner = owner;
    }

    /** Takes a line of the console; true: it belonged to the debug link. */
    take(line: string): boolean {
        if (this.frame !== null) {
            this.continueFrame(`\n${line}`);
            return true;
        }
        const tag = TAG.exec(line);
        const text = tag ? line.slice(tag.index + tag[0].length) : line;
        if (tag) this.machine = tag[1];
        if (!text.startsWith(BEGIN)) return tag !== null && text.trim() === '';
        this.frame = '';
        this.continueFrame(text.slice(BEGIN.length));
        return true;
    }

    private continueFrame(text: string): void {
        const frame = this.frame + text;
        const end = frame.indexOf(END);
        if (end < 0 && frame.length < LONGEST) {
            this.frame = frame;
            return;
        }
        this.frame = null;
        this.read(end < 0 ? frame : frame.slice(0, end));
    }

    private read(frame: string): void {
        const login = /<login name="([^"]*)" value="([^"]*)"/.exec(frame);
        if (login) {
            this.owner.onLogin(`${unescaped(login[1])} (${unescaped(login[2])})`);
            // No break points; then it runs.
            this.answer('<set-all-breakpoints></set-all-breakpoints>');
            this.answer('<go/>');
        }
        for (const [, name, attributes, content] of frame.matchAll(/<(log|bubble|break)\b([^>]*)>([^]*?)<\/\1>/g)) {
            const text = unescaped(content);
            const path = /path="([^"]*)"(?: line="(\d+)")?/.exec(attributes);
            this.trace(name === 'log' && !path ? text : `${text.replace(/\n$/, '')}${path ? ` (${unescaped(path[1])}:${path[2] ?? '?'})` : ''}\n`);
            if (name === 'break') this.answer('<go/>');
        }
    }

    private trace(text: string): void {
        const lines = (this.begun + text).split('\n');
        this.begun = lines.pop()!;
        for (const line of lines) this.owner.onText(line.replace(/\r$/, ''));
    }

    private answer(text: string): void {
        this.owner.onAnswer(`\r\n<?xs.${this.machine}?>\r\n${text}\r\n`);
    }
}

function unescaped(text: string): string {
    const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' };
    return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, decimal: string | undefined, hexadecimal: string | undefined, name: string | undefined) =>
        name !== undefined ? named[name] ?? all : String.fromCodePoint(decimal === undefined ? parseInt(hexadecimal!, 16) : Number(decimal)));
}
