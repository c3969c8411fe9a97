// One exchange with a modem: what its step says (book.ts), which of its lines have come, and what a line is to it. Knows neither bytes on
// the line nor time.
import { ASKS, ENDS_BARE, FAILURES, FLAGS_AT, HEADER_AT, REPEATS_AT, SENDS, TIMEOUT_AT, TRAILER_AT } from './book.ts';
import { ALONE, Numbers } from './pattern.ts';

/** How an exchange ended. */
export const DONE = 0;
/** The modem refused. `numbers.result` has its number for why, if it gave one behind the result that was awaited. */
export const FAILED = 1;
/** No end came in time. */
export const UNANSWERED = 2;
/** What came cannot be right: bytes were lost or added on the line. */
export const GARBLED = 3;

/** What a line is to an exchange that goes on: nothing, or part of its answer. */
export const NOTHING = -1;
export const PART = -2;

export class Exchange {
    readonly numbers: Numbers;
    /** Of the book. */
    flags = 0;
    repeats = 0;
    /** In ms. */
    timeout = 0;
    trailer = 0;
    /** Place of the pattern before counted bytes; 0: it reads none. */
    headerAt = 0;
    /** Places of the command, of the rest of it that follows its bytes (a pattern), and of the next step. */
    commandAt = 0;
    tailAt = 0;
    nextAt = 0;
    /** The header, or what stands in its place, has come. */
    headed = false;
    /** A line has come during an exchange that reads, and it means nothing. */
    suspect = false;
    private readonly book: Uint8Array;
    private emptyAt = 0;
    private expected = 0;
    private failing = 0;
    /** Bit for each line that must come and has not yet, and that of the last one. */
    private missing = 0;
    private lastBit = 0;
    /** The modem's number for why not, of a line that was expected; 0: none so far. */
    private failed = 0;

    constructor(book: Uint8Array) {
        this.book = book;
        this.numbers = new Numbers(book);
    }

    /** The step at `place` of the book. */
    begin(place: number): void {
        const book = this.book;
        this.nextAt = place + (book[place] << 8) + book[place + 1];
        this.flags = book[place + FLAGS_AT];
        this.repeats = book[place + REPEATS_AT];
        this.timeout = ((book[place + TIMEOUT_AT] << 8) + book[place + TIMEOUT_AT + 1]) * 100;
        this.trailer = book[place + TRAILER_AT];
        const header = place + HEADER_AT;
        const empty = header + book[header] + 1;
        this.headerAt = book[header] ? header : 0;
        this.emptyAt = book[empty] ? empty : 0;
        let at = empty + book[empty] + 1;
        let bit = 1;
        this.expected = at;
        for (; book[at]; at += book[at] + 1) bit <<= 1;
        this.missing = bit - 1;
        this.lastBit = bit >> 1;
        this.failing = ++at;
        while (book[at]) at += book[at] + 1;
        this.tailAt = ++at;
        this.commandAt = at + book[at] + 1;
        this.headed = this.suspect = false;
        this.failed = this.numbers.result = 0;
    }

    /** Does `byte` end the header? */
    mayHead(byte: number): boolean {
        return this.headerAt !== 0 && byte === this.book[this.headerAt + this.book[this.headerAt]];
    }

    /** line[0..end) is the header: `numbers.count` bytes follow. */
    heads(line: Uint8Array, end: number): boolean {
        return this.headerAt !== 0 && this.numbers.find(this.headerAt, ALONE, line, end) >= 0;
    }

    /** What line[0..end) is: an outcome, PART or NOTHING. Until `isOut` the command is not with the modem, and nothing but a failure answers it. */
    judge(line: Uint8Array, end: number, isOut: boolean): number {
        const book = this.book;
        const numbers = this.numbers;
        if (numbers.find(FAILURES, 0, line, end) >= 0 || numbers.find(this.failing, 0, line, end) >= 0) return FAILED;
        // It may be the end as well.
        const isEmpty = this.emptyAt !== 0 && numbers.find(this.emptyAt, ALONE, line, end) >= 0;
        if (isEmpty) this.headed = true;
        let bit = 1;
        // An empty list if the command is still with us.
        for (let at = isOut ? this.expected : this.failing - 1; book[at]; at += book[at] + 1) {
            if (this.missing & bit && numbers.find(at, ALONE, line, end) >= 0) {
                if (numbers.result) this.failed = numbers.result;
                this.missing &= ~bit;
                if (!this.missing) {
                    numbers.result = this.failed;
                    return this.failed ? FAILED : DONE;
                }
                return this.flags & ASKS && bit === this.lastBit ? FAILED : PART;
            }
            bit <<= 1;
        }
        return isEmpty ? PART : NOTHING;
    }

    /** How it ended, if it seems to have ended with `outcome`. */
    outcomeOf(outcome: number): number {
        return this.headerAt && outcome < UNANSWERED && (this.suspect || outcome === DONE && !this.headed && !(this.flags & ENDS_BARE)) ? GARBLED : outcome;
    }

    /** It has counted bytes to send behind a prompt. */
    sends(): boolean {
        return (this.flags & SENDS) !== 0;
    }

    /** It has bytes to send within its command. */
    spells(): boolean {
        return this.book[this.tailAt] > 0;
    }
}
