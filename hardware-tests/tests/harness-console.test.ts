// The console of a board: lines, markers, Moddable's debug link, in any split of the bytes.
import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Console } from '../host/harness/console.ts';
import type { ConsoleLine } from '../host/harness/console.ts';
import { markerOf } from '../host/harness/markers.ts';
import type { Marker } from '../host/harness/markers.ts';
import { ReplyReader } from '../host/harness/espruino/replies.ts';
import { Late, lostPort } from '../host/harness/port.ts';
import type { Port } from '../host/harness/port.ts';

interface Bench {
    readonly console: Console;
    readonly lines: ConsoleLine[];
    /** What was written to the board. */
    readonly sent: string[];
    time: number;
    hear(text: string | Uint8Array): void;
    unplug(): void;
}

function bench(): Bench {
    const lines: ConsoleLine[] = [];
    const sent: string[] = [];
    const end = new AbortController();
    const port: Port = {
        name: 'a port', usb: null, hasLines: false, gone: end.signal, onBytes: () => {},
        async write(bytes) {
            end.signal.throwIfAborted();
            sent.push(Buffer.from(bytes).toString());
        },
        async setLines() {}, async setBaud() {}, async close() {},
    };
    const made: Bench = {
        console: new Console(port, line => lines.push(line), () => made.time), lines, sent, time: 1000,
        hear: text => port.onBytes(Buffer.from(text as string)), unplug: () => end.abort(lostPort('a port')),
    };
    return made;
}

const texts = ({ lines }: Bench): string[] => lines.map(({ text }) => text);

test('a line has the time of its first byte, and ends with LF or CR LF; what is unfinished ends with the port', () => {
    const board = bench();
    board.hear('one\r\ntw');
    board.time = 2000;
    board.hear('o\nthr');
    board.unplug();
    assert.equal(board.lines.map(({ at, text }) => [at, text]), [[1000, 'one'], [1000, 'two'], [2000, 'thr']]);
});

test('any split of the bytes gives the same lines', () => {
    const stream = Buffer.from('\x1b[?7l\r\nets Jun  8 2016\r\n\x11größe\n\x13\x1b[Jtemp 21\r\n<?xs.0000BEEF?>\r\n<xsbug><log>a&#38;b&#10;c\n</log></xsbug>\r\nend\n');
    const whole = bench();
    whole.hear(stream);
    assert.equal(texts(whole), ['', 'ets Jun  8 2016', 'größe', 'temp 21', 'a&b', 'c', 'end']);
    for (let size = 1; size < 30; size++) {
        const pieces = bench();
        for (let at = 0; at < stream.length; at += size) pieces.hear(stream.subarray(at, at + size));
        assert.equal(texts(pieces), texts(whole), `pieces of ${size}`);
    }
});

test('any bytes in any pieces: nothing is thrown, lines stay short, and the lines are those of the bytes as a whole', () => {
    // A prompt is told as soon as it is there, in pieces earlier: none begins a line here.
    const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(10, 13, 27, 0x11, 0x13)).filter(value => value !== 0x3e);
    const words = fc.constantFrom('<xsbug>', '<log>', '</log>', '</xsbug>', '<?xs.0000BEEF?>', '&#10;', '\r\n').map(text => [...Buffer.from(text)]);
    fc.assert(fc.property(fc.array(fc.oneof(byte.map(value => [value]), words), { maxLength: 200 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (parts, sizes) => {
        const stream = Uint8Array.from(parts.flat());
        const [whole, pieces] = [bench(), bench()];
        whole.hear(stream);
        for (let at = 0, count = 0; at < stream.length; count++) {
            const size = sizes[count % sizes.length];
            pieces.hear(stream.subarray(at, at + size));
            at += size;
        }
        assert.equal(texts(pieces), texts(whole));
    }), { numRuns: 500 });
});

test('Espruino\'s replies: any bytes in any pieces, the same text, packets and flow control', () => {
    const part = fc.oneof(fc.integer({ min: 0, max: 255 }).map(value => [value]), fc.constantFrom([0x10, 0x01, 0x00, 0x03, 0x61, 0x62, 0x63], [0x06], [0x15], [0x11], [0x10, 0x10, 0x01]));
    const read = (stream: Uint8Array, size: number): string[] => {
        const told: string[] = [];
        const tell = (kind: string, text: string): void => {
            // Text may be told in pieces.
            if (kind === 'text' && told.at(-1)?.startsWith('text')) told.push(`${told.pop()}${text}`);
            else told.push(`${kind} ${text}`);
        };
        const reader = new ReplyReader({
            onText: bytes => tell('text', Buffer.from(bytes).toString('hex')), onFlow: mayWrite => tell('flow', String(mayWrite)),
            onAcknowledge: good => tell('acknowledge', String(good)), onPacket: (type, data) => tell('packet', `${type} ${data.toString('hex')}`),
        });
        for (let at = 0; at < stream.length; at += size) reader.push(stream.subarray(at, at + size));
        reader.restart();
        // Flow control comes before the text around it if that came in one piece.
        return told.filter(event => !event.startsWith('flow')).join('|').replaceAll('|text ', '').split('|').concat(told.filter(event => event.startsWith('flow')));
    };
    fc.assert(fc.property(fc.array(part, { maxLength: 100 }), fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const stream = Uint8Array.from(parts.flat());
        assert.equal(read(stream, size), read(stream, stream.length || 1));
    }), { numRuns: 500 });
});

test('Espruino\'s prompt is told without a line end, and is no part of what is printed over it', () => {
    const board = bench();
    board.hear('\r\n>');
    board.hear('\r\x1b[Jhello\r\n>');
    board.hear('ok 1\r\n> a quotation\r\n');
    assert.equal(board.lines.map(({ text, marker }) => [text, marker]), [['', null], ['>', 'prompt'], ['hello', null], ['>', 'prompt'], ['ok 1', null], ['> a quotation', null]]);
});

test('bytes that are no text are shown as such, and many of them are garbage', () => {
    const board = bench();
    board.hear(Uint8Array.of(0x41, 0xff, 0x07, 0x42, 10));
    board.hear(Uint8Array.of(0x80, 0x9a, 0xfe, 0x00, 0xc3, 0xe0, 10));
    assert.equal(board.lines.map(({ text, marker }) => [text, marker]), [['A\\xff\\x07B', null], ['\\x80\\x9a\\xfe\\x00\\xc3\\xe0', 'garbage']]);
});

test('a line without an end is taken apart before it fills the memory', () => {
    const board = bench();
    board.hear(Buffer.alloc(200_000, 'x'));
    board.console.close();
    assert.equal(texts(board).map(text => text.length), [65_536, 65_536, 65_536, 3392]);
});

test('what boards print when they crash, restart, or wait in their loader', () => {
    const said: readonly (readonly [string, Marker | null])[] = [
        ['Guru Meditation Error: Core  0 panic\'ed (LoadProhibited). Exception was unhandled.', 'panic'], ['abort() was called at PC 0x400d1234 on core 0', 'panic'],
        ['***ERROR*** A stack overflow in task main has been detected.', 'panic'], ['E (10303) task_wdt: Task watchdog got triggered.', 'panic'], ['Exception (28):', 'panic'],
        ['Fatal exception 9(LoadStoreAlignmentCause):', 'panic'], ['XS abort: memory full', 'panic'], ['ASSERT(len <= 64)', 'panic'], ['assert failed: xQueueSemaphoreTake queue.c:1545 (( pxQueue ))', 'panic'],
        ['Brownout detector was triggered', 'brownout'], ['rst:0xf (RTCWDT_BROWN_OUT_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', 'brownout'],
        ['rst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))', 'loader'], ['rst:0x15 (USB_UART_CHIP_RESET),boot:0x5 (DOWNLOAD(USB/UART0))', 'loader'],
        ['waiting for download', 'loader'], [' ets Jan  8 2013,rst cause:2, boot mode:(1,6)', 'loader'],
        ['rst:0x5 (DEEPSLEEP_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', 'wake'], ['rst:0x5 (DSLEEP),boot:0xd (SPI_FAST_FLASH_BOOT)', 'wake'],
        ['ets Jun  8 2016 00:22:57', 'reboot'], ['ESP-ROM:esp32c3-api1-20210207', 'reboot'], ['rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)', 'reboot'],
        [' ets Jan  8 2013,rst cause:4, boot mode:(3,6)', 'reboot'], [' 2v29 (c) 2026 G.Williams', 'reboot'],
        ['Uncaught ReferenceError: "x" is not defined', 'exception'], ['# Exception: throw!', 'exception'], ['New interpreter error: FIFO_FULL', 'exception'],
        ['sensor: 21.5 C', null], ['downloading DOWNLOAD of 3 bytes', null], ['ok 1 - a panic is told', null], ['sets June', null],
    ];
    for (const [text, marker] of said) assert.is(markerOf(text), marker, text);
});

test('Moddable\'s debug link: logs become lines, a machine that logs in or stops is told to go on', () => {
    const board = bench();
    board.hear('<?xs-00000000?>\r\n\r\n<?xs.3FFB1234?>\r\n<xsbug><login name="main" value="XS 17.1.0 32-bit LE 16-bit ID" flags="e"/></xsbug>\r\n');
    assert.equal(board.lines.map(({ text, marker }) => [text, marker]).filter(([text]) => text), [['machine main (XS 17.1.0 32-bit LE 16-bit ID) has started', 'reboot']]);
    assert.is(board.sent.join(''), '\r\n<?xs.3FFB1234?>\r\n<set-all-breakpoints></set-all-breakpoints>\r\n\r\n<?xs.3FFB1234?>\r\n<go/>\r\n');
    board.sent.length = board.lines.length = 0;
    board.hear('\r\n<?xs.3FFB1234?>\r\n<xsbug><log>one </log></xsbug>\r\nplain\r\n\r\n<?xs.3FFB1234?>\r\n<xsbug><log>two &lt;3&#10;</log></xsbug>\r\n');
    board.hear('\r\n<?xs.3FFB1234?>\r\n<xsbug><log path="/src/main.ts" line="7"># Exception: throw!\n</log></xsbug>\r\n');
    board.hear('\r\n<?xs.3FFB1234?>\r\n<xsbug><local></local><break path="/src/main.ts" line="8"># Break: debugger!\n</break></xsbug>\r\n');
    assert.equal(texts(board).filter(Boolean), ['plain', 'one two <3', '# Exception: throw! (/src/main.ts:7)', '# Break: debugger! (/src/main.ts:8)']);
    assert.is(board.lines.at(-1)!.marker, 'exception');
    assert.equal(board.sent, ['\r\n<?xs.3FFB1234?>\r\n<go/>\r\n']);
});

test('a frame that never ends is given up', () => {
    const board = bench();
    board.hear('<xsbug><log>');
    for (let count = 0; count < 300; count++) board.hear(`${'x'.repeat(1000)}\n`);
    board.hear('here again\n');
    assert.is(board.lines.at(-1)!.text, 'here again');
});

test('waiting for a line ends with it, with the deadline, or with the port', async () => {
    const board = bench();
    const ready = board.console.waitFor(({ text }) => text === 'ready', 10_000);
    board.hear('steady\nready\n');
    assert.is((await ready).text, 'ready');
    assert.instance(await board.console.waitFor(() => true, 1).catch((error: Error) => error), Late);
    const never = board.console.waitFor(() => false, 10_000).catch((error: Error) => error.message);
    board.unplug();
    assert.match(await never as string, /has gone/);
    assert.match(await board.console.send('x').catch((error: Error) => error.message) as string, /has gone/);
});

test.run();
