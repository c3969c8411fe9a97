// A board with Espruino at a port: which firmware it has, and the values of expressions that it evaluates, each until it is known to have
// arrived. Firmware from 2v25 on takes packets that it acknowledges; older firmware takes lines of its console.
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchError } from '../errors.ts';
import { Late, within } from '../port.ts';
import type { Port } from '../port.ts';
import { ReplyReader } from './replies.ts';

const ENQ = '\x05';
/** Version and board. */
const ANSWERED = /Espruino (\d+v\d\S*) (\S+)\s/;
/** Ms in which an idle board answers it. */
const ENQUIRY = 700;
const CTRL_C = '\x03';
/** Do not echo the line that follows. */
const QUIET = '\x10';
/** Take back what stands in the line: the rest of a packet that was given up is taken for one. */
const ERASE = '\x1b[2H';
const EVAL = 0x2000;
const RESPONSE = 0;
/** First firmware that takes packets. */
const PACKETS_SINCE = [2, 25] as const;

/** Bytes that go out between two looks at flow control: an ESP8266 asks for a pause when 64 of 256 places in its queue are left. */
const PIECE = 32;
/** Ms that a board may ask us to pause; then its XON is taken for lost. */
const LONGEST_PAUSE = 10_000;
/** Ms until an answer. A board that misses bytes of a packet says so after 5 s. */
const ANSWER = 7000;
const ATTEMPTS = 4;

export interface Firmware {
    /** `2v29.277`. */
    readonly version: string;
    /** `ESP32`, `ESP8266_4MB`. */
    readonly board: string;
}

export interface LinkOptions {
    /** What the board prints. Packets are left out; the exchange in lines is among it. */
    onText?(bytes: Uint8Array): void;
    /** Lines even where the firmware takes packets. */
    readonly lines?: boolean;
}

interface Request {
    readonly number: number;
    settle(answer: Answer): void;
}

/** The value of an expression, or why there is none: it threw, or it did not arrive whole. */
type Answer = { readonly value: unknown } | { readonly thrown: string } | { readonly broken: string };

export class EspruinoLink {
    /** Known once `connect` has resolved. */
    firmware: Firmware = { version: '', board: '' };
    private readonly port: Port;
    private readonly options: LinkOptions;
    private readonly reader: ReplyReader;
    private packets = false;
    private mayWrite = true;
    private resume: () => void = () => {};
    private request: Request | null = null;
    private asked = 0;
    private slow = false;
    /** What the board has printed lately, as Latin-1. */
    private heard = '';
    private onHeard: () => void = () => {};

    private constructor(port: Port, options: LinkOptions) {
        this.port = port;
        this.options = options;
        this.reader = new ReplyReader({
            onText: bytes => this.hear(bytes),
            onFlow: (mayWrite) => {
                this.mayWrite = mayWrite;
                if (mayWrite) this.resume();
            },
            onAcknowledge: (good) => {
                if (!good) this.request?.settle({ broken: 'the board has refused a packet' });
            },
            onPacket: (type, data) => {
                if (type === RESPONSE) this.answer(data.toString('latin1'));
            },
        });
        port.onBytes = bytes => this.reader.push(bytes);
    }

    /** Finds Espruino at `port`, interrupts what blocks its console, and agrees on the way to talk. Refuses what is no Espruino. */
    static async connect(port: Port, options: LinkOptions = {}): Promise<EspruinoLink> {
        const link = new EspruinoLink(port, options);
        link.firmware = await link.identify();
        const [, major, minor] = /^(\d+)v(\d+)/.exec(link.firmware.version) ?? [];
        link.packets = !options.lines && (Number(major) > PACKETS_SINCE[0] || (Number(major) === PACKETS_SINCE[0] && Number(minor) >= PACKETS_SINCE[1]));
        return link;
    }

    /** How code gets to the board. */
    get way(): 'packets' | 'lines' {
        return this.packets ? 'packets' : 'lines';
    }

    /** Everything that the board has printed since the last call, as Latin-1. */
    takeText(): string {
        const text = this.heard;
        this.heard = '';
        return text;
    }

    /** Waits for `pattern` in what the board prints. False: it has not come within `milliseconds`. Rejects if the port has gone. */
    async hears(pattern: RegExp, milliseconds: number): Promise<boolean> {
        try {
            await within(milliseconds, this.port.gone, new Promise<void>((resolve) => {
                this.onHeard = () => {
                    if (pattern.test(this.heard)) resolve();
                };
                this.onHeard();
            }));
            return true;
        } catch (error) {
            if (error instanceof Late) return false;
            throw error;
        } finally {
            this.onHeard = () => {};
        }
    }

    /**
     * The value of `expression`, which is to be a number, a text, a boolean or null, and may be evaluated more than once. Rejects with what it
     * throws (`Thrown`), or a BenchError if the board does not answer, within `milliseconds` each time.
     */
    async evaluate(expression: string, milliseconds = ANSWER): Promise<unknown> {
        const number = ++this.asked;
        let why = '';
        for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
            const answer = await this.ask(number, expression, milliseconds, attempt);
            if ('value' in answer) return answer.value;
            // Nothing protects code on its way: what it throws is believed when it throws the same once more.
            if ('thrown' in answer && answer.thrown === why) throw new Thrown(answer.thrown);
            why = 'thrown' in answer ? answer.thrown : answer.broken;
            if ('thrown' in answer) continue;
            // Firmware whose flow control is off, or a server of serial lines that swallows it.
            this.slow = !this.packets && attempt > 0;
            this.reader.restart();
        }
        throw new BenchError(`the board at ${this.port.name} gives no answer: ${why}`, 'press RESET on the board and try again; is another program using its console?', true);
    }

    private async ask(number: number, expression: string, milliseconds: number, attempt = 0): Promise<Answer> {
        // The length of an answer is a byte, too: one of 17 or 19 would be taken for flow control, which comes at any place. Should it be one, the next is longer.
        const padding = '-'.repeat(24 + attempt);
        const call = `(function(){try{return[${number},1,${expression},"${padding}"]}catch(e){return[${number},0,""+e,"${padding}"]}})()`;
        const answered = new Promise<Answer>(resolve => this.request = { number, settle: resolve });
        try {
            // No byte of the answer is in the line: an echo is not taken for it.
            await this.send(this.packets ? packet(call) : `${attempt ? ERASE : ''}${QUIET}print("<"+"<"+JSON.stringify(${call})+">"+">")\n`);
            const answer = await within(milliseconds, this.port.gone, answered);
            // The text of an error follows the refusal.
            if ('broken' in answer) await sleep(100);
            return answer;
        } catch (error) {
            if (error instanceof Late) return { broken: `it has said nothing for ${milliseconds / 1000} s` };
            throw error;
        } finally {
            this.request = null;
        }
    }

    private async identify(): Promise<Firmware> {
        const type = async (bytes: string, wait: number): Promise<Firmware | null> => {
            await this.port.write(Buffer.from(bytes));
            await this.hears(ANSWERED, wait);
            return findVersion(this.heard);
        };
        // Whoever hears the first is idle. Ctrl-C ends a loop, and clears a line that was begun.
        const early = await type(ENQ, ENQUIRY) ?? await type(CTRL_C, 300) ?? await type(ENQ, 1500);
        if (early) return early;
        // Older firmware knows no ENQ.
        const version = await this.ask(++this.asked, 'process.version+" "+process.env.BOARD', 1500);
        if ('value' in version) {
            const [name, board = '?'] = String(version.value).split(' ');
            return { version: name, board };
        }
        // What was typed ahead may be a loop, too. A second Ctrl-C within 5 s of the first would end Espruino on Linux.
        const late = this.heard ? await type(ENQ, 3000) ?? await type(CTRL_C, 300) ?? await type(ENQ, 2500) : null;
        if (late) return late;
        throw noEspruino(this.port.name, this.heard);
    }

    private hear(bytes: Uint8Array): void {
        const text = Buffer.from(bytes).toString('latin1');
        this.heard = (this.heard + text).slice(-16_384);
        this.onHeard();
        if (this.request) {
            // A line that did not arrive whole. If the program has printed this, the line comes once more.
            if (!this.packets && /Uncaught .*\n/.test(text)) this.request.settle({ broken: /Uncaught .*/.exec(text)![0].trim() });
            this.heard = this.heard.replace(/<<(\[.*?\])>>/g, (_all, answer: string) => {
                this.answer(answer);
                return '';
            });
        }
        this.options.onText?.(bytes);
    }

    /** An answer to an earlier attempt may come late. */
    private answer(text: string): void {
        const answer = parseAnswer(text);
        if (!Array.isArray(answer) || answer[0] !== this.request?.number) return;
        this.request.settle(answer[1] ? { value: answer[2] } : { thrown: String(answer[2]) });
    }

    private async send(text: string): Promise<void> {
        const bytes = Buffer.from(text, 'latin1');
        const size = this.slow ? 16 : PIECE;
        for (let at = 0; at < bytes.length; at += size) {
            await this.untilFree();
            await this.port.write(bytes.subarray(at, at + size));
            if (this.slow) await sleep(40);
        }
    }

    private async untilFree(): Promise<void> {
        if (this.mayWrite) return;
        await within(LONGEST_PAUSE, this.port.gone, new Promise<void>(resolve => this.resume = resolve)).catch((error) => {
            if (!(error instanceof Late)) throw error;
            this.mayWrite = true;
        });
    }
}

/** The firmware of an idle board with Espruino at `port`; null if none answers at once. Disturbs no program. */
export async function enquire(port: Port): Promise<Firmware | null> {
    let heard = '';
    try {
        await port.write(Buffer.from(ENQ));
        await within(ENQUIRY, port.gone, new Promise<void>((resolve) => {
            port.onBytes = (bytes) => {
                heard += Buffer.from(bytes).toString('latin1');
                if (findVersion(heard)) resolve();
            };
        }));
    } catch (error) {
        if (!(error instanceof Late)) throw error;
    }
    return findVersion(heard);
}

/** What ENQ is answered with, somewhere in `heard`. */
function findVersion(heard: string): Firmware | null {
    const match = ANSWERED.exec(heard);
    return match && { version: match[1], board: match[2] };
}

/** What an expression threw on the board. */
export class Thrown extends Error {}

/**
 * An EVAL packet. No byte of it but the first two is a control character: should a board be slow to see that a packet has begun, it takes 3
 * for Ctrl-C and 19 for XOFF, and Espruino's Linux build ends with 4. So spaces make the length one whose lower byte is none of them.
 */
function packet(code: string): string {
    let padded = code;
    while ((padded.length & 0xff) < 0x20) padded += ' ';
    const head = EVAL | padded.length;
    return String.fromCharCode(0x10, 0x01, head >> 8, head & 0xff) + padded;
}

/** Espruino's `E.toJS` writes bytes as `\xff`, where JSON has `\u00ff`. */
function parseAnswer(text: string): [number: number, good: number, value: unknown] | null {
    try {
        return JSON.parse(text.replace(/\\x/g, '\\u00')) as [number, number, unknown];
    } catch {
        return null;
    }
}

function noEspruino(port: string, heard: string): BenchError {
    const text = heard.replace(/[^\x20-\x7e]+/g, ' ').trim();
    if (/waiting for download|DOWNLOAD[_(]/.test(heard)) return new BenchError(`the board at ${port} waits in its loader`, 'let go of BOOT, press RESET; motemq flash puts firmware onto it');
    if (text.length * 2 < heard.length && heard.length > 16) return new BenchError(`what comes from ${port} cannot be read`, 'set --baud to the speed of the board\'s console: 115200 for Espruino on ESP32 and ESP8266');
    return text
        ? new BenchError(`${port} speaks, but not as Espruino does: "${text.slice(-60)}"`, 'is it the right port? motemq flash puts Espruino onto a board')
        : new BenchError(`no Espruino answers at ${port}`, 'is it the right port and --baud, has the board power, does it sleep? Press RESET and try again; motemq flash puts Espruino onto a board');
}
