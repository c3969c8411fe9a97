// Captures as Wireshark reads them: pcapng (draft-ietf-opsawg-pcapng) with one Ethernet interface and times in microseconds.

export interface Frame {
    /** In µs since 1970. */
    readonly time: number;
    /** From the destination's MAC address on, without a frame check sequence. */
    readonly bytes: Buffer;
}

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_TSRESOL = 9;
/** Fields in front of an enhanced packet's bytes. */
const PACKET_FIELDS = 20;

/** `bytes` up to the next multiple of four. */
function padded(bytes: Uint8Array): Buffer {
    return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

function option(code: number, value: string | Uint8Array): Buffer {
    const bytes = Buffer.from(value as string);
    const head = Buffer.alloc(4);
    head.writeUInt16LE(code, 0);
    head.writeUInt16LE(bytes.length, 2);
    return Buffer.concat([head, padded(bytes)]);
}

const END_OF_OPTIONS = Buffer.alloc(4);

function block(type: number, ...parts: readonly Uint8Array[]): Buffer {
    const body = Buffer.concat(parts);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length + 12);
    const head = Buffer.alloc(4);
    head.writeUInt32LE(type);
    return Buffer.concat([head, length, body, length]);
}

/** A capture file with `frames`, which are in the order of time. `comment`: what its reader should know. */
export function writePcapng(frames: readonly Frame[], comment: string): Buffer {
    const section = Buffer.alloc(16, 0xff); // of unknown length: -1
    section.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
    section.writeUInt16LE(1, 4);
    section.writeUInt16LE(0, 6);
    const link = Buffer.alloc(8);
    link.writeUInt16LE(LINKTYPE_ETHERNET, 0);
    return Buffer.concat([
        block(SECTION_HEADER, section, option(OPT_COMMENT, comment), option(SHB_USERAPPL, 'motemq trace'), END_OF_OPTIONS),
        block(INTERFACE_DESCRIPTION, link, option(IF_TSRESOL, Buffer.from([6])), END_OF_OPTIONS),
        ...frames.map(({ time, bytes }) => {
            const fields = Buffer.alloc(PACKET_FIELDS);
            fields.writeUInt32LE(Math.floor(time / 2 ** 32), 4);
            fields.writeUInt32LE(time % 2 ** 32, 8);
            fields.writeUInt32LE(bytes.length, 12);
            fields.writeUInt32LE(bytes.length, 16);
            return block(ENHANCED_PACKET, fields, padded(bytes));
        }),
    ]);
}
