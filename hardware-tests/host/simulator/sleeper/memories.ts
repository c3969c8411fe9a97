// The memories that boards keep messages and session images in, each with the project's own store on top: what the program finds when it
// starts, what a power cut leaves, and what it all costs in erased flash.
import './board-globals.ts';
import { MemoryStore } from '../../../../src/sleep/index.ts';
import type { Store } from '../../../../src/store.ts';
import { StorageStore } from '../../../../targets/espruino/store.ts';
import type { Flash as EspruinoStorage } from '../../../../targets/espruino/espruino.ts';
import { RecordStore } from '../../../../targets/moddable/record-store.ts';
import type { Values } from '../../../../targets/moddable/record-store.ts';
import { FileStore } from '../../../../targets/node/index.ts';
import { SimulatedDisk } from './disk.ts';
import { Flash } from './flash.ts';
import type { FlashShape } from './flash.ts';
import type { Power } from './power.ts';

export interface BoardMemory {
    /** A Store over what is there. Throws when the power fails. */
    messages(): Store;
    image(): Store;
    /** What a power cut leaves. `choose`: a number below that which it is given; 0: the least harm. */
    powerCut(choose: (count: number) => number): void;
    /** Pages of flash erased, or files written anew. */
    erases(): number;
    /** What is there although no record is: empty, or a sentence. Asked when the messages' store is empty. */
    rubbish(): string;
}

/** How much there is, and of what size the records are. */
export interface MemorySize {
    /** Bytes of a flash page; of a file half as much. */
    readonly page: number;
    readonly pages: number;
    /** Bytes of the longest message record and image. */
    readonly record: number;
    readonly image: number;
}

/** Values of one store among those of others. */
function domain(flash: Flash, prefix: string): Values {
    return {
        names: () => flash.names().filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length)),
        read: name => flash.read(prefix + name)?.buffer as ArrayBuffer | undefined,
        write: (name, value) => flash.write(prefix + name, new Uint8Array(value)),
        delete: name => flash.delete(prefix + name),
    };
}

function storage(flash: Flash): EspruinoStorage {
    return {
        read: name => {
            const bytes = flash.read(name);
            return bytes && Buffer.from(bytes).toString('latin1');
        },
        write: (name, data) => {
            flash.write(name, Buffer.from(data as string, 'latin1'));
            return true;
        },
        erase: name => flash.delete(name),
        list: () => flash.names(),
        getFree: () => 0,
    };
}

function inFlash(power: Power, { page, pages }: MemorySize, shape: Omit<FlashShape, 'pageSize' | 'pages'>, open: (flash: Flash, name: string, size: number) => Store, size: MemorySize): BoardMemory {
    const flash = new Flash(power, { ...shape, pageSize: page, pages });
    return {
        messages: () => open(flash, 'm', size.record),
        image: () => open(flash, 'i', size.image),
        powerCut: () => {},
        erases: () => flash.erases,
        rubbish: () => flash.names().filter(name => name.startsWith('m')).map(name => `the value ${name}`).join(),
    };
}

function inFiles(power: Power, { page, pages, record, image }: MemorySize): BoardMemory {
    const disk = new SimulatedDisk(power);
    const capacity = page * pages / 2;
    return {
        messages: () => new FileStore({ path: 'messages', capacity, recordSize: record, disk }),
        image: () => new FileStore({ path: 'image', capacity: 3 * (image + 12), recordSize: image, disk }),
        powerCut: choose => disk.powerCut(choose),
        erases: () => disk.rewrites,
        rubbish: () => disk.used > 2 * (2 * capacity + 6 * (image + 12)) ? `${disk.used} bytes of files` : '',
    };
}

type Make = (power: Power, size: MemorySize) => BoardMemory;

const esp32: Make = (power, size) => inFlash(power, size, { overhead: 64, granularity: 32, whole: true },
    (flash, name, recordSize) => new RecordStore({ values: domain(flash, name), recordSize }), size);
const esp8266: Make = (power, size) => inFlash(power, size, { overhead: 8, granularity: 4, whole: false },
    (flash, name, recordSize) => new RecordStore({ values: domain(flash, name), valueSize: 63, recordSize }), size);
const espruino: Make = (power, size) => inFlash(power, size, { overhead: 32, granularity: 4, whole: false },
    (flash, name, recordSize) => new StorageStore(storage(flash), name, recordSize), size);

/** The same, but for the image, which lies in memory that a deep sleep leaves alone and a power cut does not. */
export function withRetainedImage(memory: BoardMemory, size: number): BoardMemory {
    const bytes = new Uint8Array(2 * (size + 2));
    return {
        ...memory,
        image: () => new MemoryStore(bytes),
        powerCut(choose) {
            memory.powerCut(choose);
            const decay = choose(4);
            // Bits turn over, from none of them to all.
            for (let index = 0; index < bytes.length; index++) if (decay === 3 || (decay && choose(40) === 0)) bytes[index] ^= 1 << choose(8);
        },
    };
}

export const memories: readonly { readonly name: string; readonly make: Make }[] = [
    { name: 'Moddable, ESP32', make: esp32 },
    { name: 'Moddable, ESP8266', make: esp8266 },
    { name: 'Espruino', make: espruino },
    { name: 'Node, a file', make: inFiles },
];
