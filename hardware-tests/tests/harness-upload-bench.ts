// A board with Espruino on a bench of its own, behind a line that may be faulty, and what is uploaded onto it.
import * as assert from 'uvu/assert';
import type { Device } from '../boards/device.ts';
import { modelDevice } from '../boards/espruino/console/device.ts';
import type { EspruinoDevice, ModelOptions } from '../boards/espruino/console/device.ts';
import { FaultyLine } from '../boards/espruino/console/faulty.ts';
import type { LineFaults } from '../boards/espruino/console/faulty.ts';
import { portOf } from '../boards/rom/in-process.ts';
import { BenchError } from '../host/harness/errors.ts';
import { EspruinoLink } from '../host/harness/espruino/link.ts';
import { upload } from '../host/harness/espruino/upload.ts';
import type { BoardFile, Uploaded, UploadOptions } from '../host/harness/espruino/upload.ts';
import type { Port } from '../host/harness/port.ts';
import { until } from '../host/until.ts';
import { atMost } from './harness-together.ts';

/** Of several parts. */
export const library: BoardFile = { name: 'answer', data: Buffer.concat([Buffer.from('exports.answer=function(){return 42};'), Buffer.alloc(950, 'exports.x="motemq";')]) };
/** Every byte, those of control characters too. */
export const bytes: BoardFile = { name: 'bytes', data: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)) };
export const program = Buffer.from('print("the answer is "+require("answer").answer());setInterval(function(){print("tick")},20);');

export interface Bench {
    readonly device: Device;
    readonly port: Port;
    /** What the board has printed, as the uploader hands it on. */
    readonly printed: () => string;
    readonly upload: (options?: Partial<UploadOptions>, files?: readonly BoardFile[]) => Promise<Uploaded>;
}

const inTurn = atMost(16);

/** Plays with a board behind a line with `faults`. */
export function withBoard(options: ModelOptions, faults: LineFaults, play: (bench: Bench) => Promise<void>): Promise<void> {
    return inTurn(async () => playWith(await modelDevice(options), faults, play));
}

export async function playWith(board: EspruinoDevice, faults: LineFaults, play: (bench: Bench) => Promise<void>): Promise<void> {
    let banner = '';
    board.onOutput = bytes => banner += Buffer.from(bytes).toString('latin1');
    await until('the board has started', () => banner.endsWith('>'), 30);
    const device = new FaultyLine(board, faults);
    const port = portOf(device);
    let printed = '';
    const onText = (bytes: Uint8Array): void => void (printed += Buffer.from(bytes).toString('latin1'));
    try {
        await play({ device, port, printed: () => printed, upload: (options = {}, files = [library]) => upload(port, files, { boot: program, onText, ...options }) });
    } finally {
        board.stop();
    }
}

export async function failing(work: Promise<unknown>): Promise<BenchError> {
    const error = await work.then(() => null, (error: Error) => error);
    assert.instance(error, BenchError, `${error}`);
    assert.ok((error as BenchError).advice);
    return error as BenchError;
}

/** The whole way, twice: what is there is left the second time, but for the program, whose run id is new. */
export async function wholeWay({ upload, port, printed }: Bench): Promise<void> {
    const first = await upload({}, [library, bytes]);
    assert.equal(first.written, ['answer', 'bytes', '.bootcde']);
    await until('the program runs', () => /the answer is 42[^]*tick/.test(printed()));
    const second = await upload();
    assert.equal([second.skipped, second.written], [['answer'], ['.bootcde']]);
    assert.is.not(second.runId, first.runId);
    const link = await EspruinoLink.connect(port);
    assert.is(await link.evaluate('require("Storage").read("answer").length'), library.data.length);
    assert.is(await link.evaluate('(function(f){for(var i=0;i<256;i++)if(f.charCodeAt(i)!=i)return i;return f.length})(require("Storage").read("bytes"))'), 256);
}
