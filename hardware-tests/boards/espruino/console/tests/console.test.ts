// Espruino's console: what the uploader is built on. Each line is checked on the model and, where it is to be had, on the interpreter, so that
// the two cannot drift. The interpreter's port for Linux now and then loses a byte or ends (see ../../upload.ts): it may try again.
// oxlint-disable no-control-regex -- what a console says is full of them.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../../../../host/until.ts';
import { findEspruino } from '../../machine.ts';
import { interpreterDevice, modelDevice } from '../device.ts';
import type { EspruinoDevice } from '../device.ts';

const found = findEspruino();
if ('because' in found) console.log(`SKIPPED: the console of Espruino's interpreter, because ${found.because}`);
const ATTEMPTS = 5;

interface Board {
    /** Types bytes, and waits until `pattern` stands in what has come since; that text. */
    exchange(bytes: string, pattern: RegExp): Promise<string>;
}

async function withBoard(start: () => Promise<EspruinoDevice>, play: (board: Board) => Promise<void>, attempts: number): Promise<void> {
    const device = await start();
    let heard = '';
    device.onOutput = bytes => heard += Buffer.from(bytes).toString('latin1');
    try {
        await until('the board has started', () => heard.endsWith('>'), 20);
        await play({
            async exchange(bytes, pattern) {
                heard = '';
                device.receive(Buffer.from(bytes, 'latin1'));
                await until(`${JSON.stringify(bytes)} is answered by ${pattern}`, () => pattern.test(heard), 10);
                return heard;
            },
        });
    } catch (error) {
        if (attempts <= 1) throw new Error(`${(error as Error).message}; it said ${JSON.stringify(heard.slice(-300))}`, { cause: error });
        await withBoard(start, play, attempts - 1);
    } finally {
        device.stop();
    }
}

const packet = (code: string, type = 0x2000): string => `\x10\x01${String.fromCharCode((type | code.length) >> 8, code.length & 0xff)}${code}`;

const quirks: readonly (readonly [quirk: string, play: (board: Board) => Promise<unknown>])[] = [
    ['ENQ at the start of a line is answered with version and board', board => board.exchange('\x05', /^Espruino 2v\d+\S* \S+\r\n/)],
    ['a line is echoed, and its value printed', board => board.exchange('1+1\n', /1\+1\r\n=2\r\n>$/)],
    ['DLE at the start of a line keeps it from that', async board => assert.not.match(await board.exchange('\x10print("a"+7)\n', /a7\r\n.*>$/), /print/)],
    ['an EVAL packet is acknowledged, then the value comes as a packet', board => board.exchange(packet('1+2+0'), /\x06\x10\x01\x00\x013/)],
    ['the length of that packet may be the byte of XON', board => board.exchange(packet('"123456789012345"'), /\x06\x10\x01\x00\x11"123456789012345"/)],
    ['an exception in a packet is a refusal and a text', board => board.exchange(packet('no.such'), /\x15Uncaught ReferenceError/)],
    ['a packet of a type that there is not is refused', board => board.exchange(packet('x', 0xc000), /\x15/)],
    ['what is missing of a packet is waited for, then it is refused, and lines are taken again', async (board) => {
        await board.exchange(packet('1+2+0').slice(0, -2), /\x15/);
        await board.exchange('\x10print("b"+1)\n', /b1\r\n/);
    }],
    ['Ctrl-C takes back a line that was begun, in which ENQ means nothing', async (board) => {
        assert.not.match(await board.exchange('abc\x05\x05', /abc/), /Espruino 2v/);
        await board.exchange('\x03', />$/);
        await board.exchange('\x05', /Espruino 2v/);
    }],
    ['ESC [ 2 H takes back a line that was begun', board => board.exchange('abc(\x1b[2H1+2\n', /=3\r\n>$/)],
    ['Ctrl-C ends a loop without end', async (board) => {
        await board.exchange('\x10print("c"+1);while(1);\n', /c1/);
        await board.exchange('\x05\x03', /Execution Interrupted[^]*Espruino 2v/);
    }],
    ['what is printed takes the prompt away first', board => board.exchange('\x10setTimeout(function(){print("d"+1)},50)\n', /\r\x1b\[Jd1\r\n>$/)],
    ['reset() empties the memory and prints the banner', async (board) => {
        await board.exchange('\x10x=5;print("e"+x)\n', /e5\r\n.*>$/);
        await board.exchange('\x10reset()\n', /G\.Williams[^]*>$/);
        await board.exchange('\x10print(typeof x)\n', /undefined\r\n/);
    }],
    ['load() runs .bootcde with an empty memory and without a banner', async (board) => {
        await board.exchange('\x10require("Storage").write(".bootcde","print(\\"f\\"+typeof y)");y=1;print("g"+1)\n', /g1\r\n.*>$/);
        assert.not.match(await board.exchange('\x10load()\n', /fundefined\r\n.*>$/), /G\.Williams/);
    }],
    ['a program that throws when it starts says so, then comes the prompt', async (board) => {
        await board.exchange('\x10require("Storage").write(".bootcde","no.such");print("h"+1)\n', /h1\r\n.*>$/);
        await board.exchange('\x10load()\n', /Uncaught ReferenceError[^]*>$/);
    }],
];

const engines: readonly (readonly [name: string, start: () => Promise<EspruinoDevice>, attempts: number])[] = [
    ['model of Espruino\'s console', () => modelDevice(), 1],
    ...'path' in found ? [['Espruino\'s console', async () => interpreterDevice(found.path), ATTEMPTS] as const] : [],
];

for (const [name, start, attempts] of engines) {
    const test = suite(name);
    for (const [quirk, play] of quirks) {
        // Boards wait most of the time: all begin at once.
        const done = withBoard(start, async board => void await play(board), attempts);
        done.catch(() => {});
        test(quirk, () => done);
    }
    test.run();
}

const old = suite('consoles of other firmware, and what they do when they cannot follow');

old('firmware before 2v25 takes no packets; older still, it has no ENQ', () => withBoard(() => modelDevice({ version: '1v99', board: 'ESP8266', packets: false, enquiry: false }), async (board) => {
    await board.exchange('\x05\x10print("i"+process.version)\n', /^\r\x1b\[Ji1v99\r\n/);
}, 1));

old('XOFF when the queue is three quarters full, XON when it has emptied; beyond its end bytes are lost, which it says', () => withBoard(() => modelDevice({ queue: 64, pace: 1 }), async (board) => {
    await board.exchange(`\x10print("${'x'.repeat(40)}")\n`, /\x13[^]*\x11[^]*x{40}\r\n/);
    await board.exchange(`\x10print("${'y'.repeat(90)}")\n`, /\x13[^]*\x11[^]*FIFO_FULL/);
}, 1));

old.run();
