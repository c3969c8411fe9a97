// The serial loader in download mode: the ROM's, and the stub's that a tool loads into memory over it. Frames in, frames out; knows no line,
// no speed and no reset.
import { createHash } from 'node:crypto';
import type { Chip } from './chips.ts';
import { blockChecksum, errors, Op, readRequest, reply } from './commands.ts';
import type { LoaderError, Request } from './commands.ts';
import { Download } from './download.ts';
import { SECTOR } from './flash.ts';
import type { Flash } from './flash.ts';
import type { Registers } from './registers.ts';

export interface LoaderOwner {
    send(frame: Uint8Array): void;
    /** The loader is left for the application. */
    run(): void;
    /** From now on the line has this speed, in baud. */
    changeBaud(baud: number): void;
    /** A block for the flash has come: false if it is to be refused, null if there is no answer: the loader is gone by now, or hangs. */
    acceptBlock(): boolean | null;
    /** An MD5 sum before it is sent. */
    sum(md5: Buffer): Buffer;
}

const nothing = new Uint8Array(0);
/** The ROM of the ESP8266 knows these only. */
const plainCommands: readonly number[] = [Op.FLASH_BEGIN, Op.FLASH_DATA, Op.FLASH_END, Op.MEM_BEGIN, Op.MEM_DATA, Op.MEM_END, Op.SYNC, Op.WRITE_REG, Op.READ_REG];
const stubCommands: readonly number[] = [Op.ERASE_FLASH, Op.ERASE_REGION, Op.READ_FLASH, Op.RUN_USER_CODE];

export class Loader {
    /** The stub runs. */
    isStub = false;
    private readonly chip: Chip;
    private readonly flash: Flash;
    private readonly registers: Registers;
    private readonly owner: LoaderOwner;
    private download: Download | null = null;
    /** A read of the flash under way: what is left of it, and the sum over it. */
    private reading: { frames: Uint8Array[]; md5: Buffer } | null = null;

    constructor(chip: Chip, flash: Flash, registers: Registers, owner: LoaderOwner) {
        this.chip = chip;
        this.flash = flash;
        this.registers = registers;
        this.owner = owner;
    }

    hear(frame: Uint8Array): void {
        if (this.reading) return this.sendNext();
        const request = readRequest(frame);
        if (!request) return;
        if (!this.knows(request.op)) return this.refuse(request.op, 'unknown command');
        this.perform(request);
    }

    private knows(op: number): boolean {
        if (op === Op.GET_SECURITY_INFO) return this.chip.securityInfo > 0;
        if (this.isStub) return true;
        return !stubCommands.includes(op) && (!this.chip.plainRom || plainCommands.includes(op));
    }

    private perform(request: Request): void {
        const { op } = request;
        switch (op) {
            case Op.SYNC:
                // Both answer eight times; the value tells the stub, which may still run from an earlier flashing, from the ROM.
                for (let count = 0; count < 8; count++) this.answer(op, this.isStub ? 0 : 0x20120707);
                break;
            case Op.READ_REG: this.answer(op, this.registers.read(request.word(0))); break;
            case Op.WRITE_REG:
                for (let at = 0; at * 4 < request.data.length; at += 4) this.registers.write(request.word(at), request.word(at + 1), request.word(at + 2));
                this.answer(op);
                break;
            case Op.MEM_BEGIN: this.begin(request, null, false); break;
            case Op.FLASH_BEGIN: this.begin(request, this.flash, false); break;
            case Op.DEFL_BEGIN: this.begin(request, this.flash, true); break;
            case Op.MEM_DATA: case Op.FLASH_DATA: case Op.DEFL_DATA: this.takeBlock(request); break;
            case Op.MEM_END: this.endMemory(request); break;
            case Op.FLASH_END: case Op.DEFL_END:
                this.download = null;
                this.answer(op);
                if (request.word(0) === 0) this.owner.run();
                break;
            case Op.SPI_ATTACH: case Op.SPI_SET_PARAMS: this.answer(op); break;
            case Op.CHANGE_BAUDRATE:
                this.answer(op);
                this.owner.changeBaud(request.word(0));
                break;
            case Op.SPI_FLASH_MD5: this.sendSum(request); break;
            case Op.GET_SECURITY_INFO: this.sendSecurityInfo(); break;
            case Op.ERASE_FLASH: this.erase(op, 0, this.flash.bytes.length); break;
            case Op.ERASE_REGION: this.erase(op, request.word(0), request.word(1)); break;
            case Op.READ_FLASH: this.startReading(request); break;
            case Op.RUN_USER_CODE: this.owner.run(); break;
            default: this.refuse(op, 'unknown command');
        }
    }

    private begin(request: Request, flash: Flash | null, compressed: boolean): void {
        const [size, blocks, blockSize, offset] = [0, 1, 2, 3].map(index => request.word(index));
        if (request.data.length < 16) return this.refuse(request.op, 'bad length');
        if (flash && !flash.holds(offset, size)) return this.refuse(request.op, 'flash failed');
        flash?.erase(offset, size);
        this.download = new Download(flash, compressed, size, blocks, blockSize, offset);
        this.answer(request.op);
    }

    private takeBlock(request: Request): void {
        const { op, data } = request;
        if (!this.download) return this.refuse(op, 'not begun');
        if (data.length < 16 || request.word(0) !== data.length - 16) return this.refuse(op, 'bad length');
        if (blockChecksum(request) !== (request.checksum & 0xff)) return this.refuse(op, 'bad checksum');
        const accepted = op === Op.MEM_DATA ? true : this.owner.acceptBlock();
        if (accepted === null) return;
        const error = accepted ? this.download.take(request.word(1), data.subarray(16)) : 'bad checksum';
        if (error) this.refuse(op, error);
        else this.answer(op);
    }

    private endMemory(request: Request): void {
        const whole = this.download?.complete;
        this.download = null;
        if (!whole) return this.refuse(request.op, 'not enough data');
        this.answer(request.op);
        if (request.word(1) === 0) return;
        this.isStub = true;
        this.owner.send(Buffer.from('OHAI'));
    }

    private sendSum({ op, word }: Request): void {
        if (!this.flash.holds(word(0), word(1))) return this.refuse(op, 'flash failed');
        const md5 = this.owner.sum(this.flash.md5(word(0), word(1)));
        this.answer(op, 0, this.isStub ? md5 : Buffer.from(md5.toString('hex')));
    }

    private sendSecurityInfo(): void {
        const info = Buffer.alloc(this.chip.securityInfo);
        if (info.length >= 16) info.writeUInt32LE(this.chip.chipId, 12);
        this.answer(Op.GET_SECURITY_INFO, 0, info);
    }

    private erase(op: number, offset: number, size: number): void {
        if (offset % SECTOR || size % SECTOR || !this.flash.holds(offset, size)) return this.refuse(op, 'flash failed');
        this.flash.erase(offset, size);
        this.answer(op);
    }

    private startReading({ op, word }: Request): void {
        const [offset, size, packet] = [word(0), word(1), word(2)];
        if (!packet || !this.flash.holds(offset, size)) return this.refuse(op, 'flash failed');
        const frames: Uint8Array[] = [];
        for (let at = 0; at < size; at += packet) frames.push(this.flash.bytes.slice(offset + at, offset + Math.min(size, at + packet)));
        this.answer(op);
        this.reading = { frames, md5: createHash('md5').update(this.flash.bytes.subarray(offset, offset + size)).digest() };
        this.sendNext();
    }

    /** One frame at a time: each waits for the acknowledgement of the one before. */
    private sendNext(): void {
        const { frames, md5 } = this.reading!;
        const frame = frames.shift();
        this.owner.send(frame ?? md5);
        if (!frame) this.reading = null;
    }

    private answer(op: number, value = 0, data: Uint8Array = nothing): void {
        this.owner.send(reply(op, value, data, new Uint8Array(this.isStub ? 2 : this.chip.romStatus)));
    }

    private refuse(op: number, error: LoaderError): void {
        const status = new Uint8Array(this.isStub ? 2 : this.chip.romStatus);
        status[0] = 1;
        status[1] = this.isStub ? errors[error].stub : errors[error].rom;
        // The ROM says eight times that it does not know a command.
        const times = error === 'unknown command' && !this.isStub ? 8 : 1;
        for (let count = 0; count < times; count++) this.owner.send(reply(op, 0, nothing, status));
    }
}
