// A small CBOR decoder for tests, written from RFC 8949 and independent of the writer. Strict about form: it rejects whatever is
// not well-formed (§3, Appendix F), integers and lengths that are not in their shortest form (§4.2.1), and bytes left over.

/** An item that JavaScript has no value for. */
export class Tagged {
    constructor(readonly tag: number | bigint, readonly value: Cbor) {}
}
export type Cbor = null | undefined | boolean | number | bigint | string | Uint8Array | Cbor[] | Map<Cbor, Cbor> | Tagged;

const BREAK = Symbol('break');
const utf8 = new TextDecoder('utf-8', { fatal: true });

export function decode(bytes: Uint8Array): Cbor {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;

    function argument(information: number): number | bigint {
        if (information < 24) return information;
        let value: bigint;
        if (information === 24) value = BigInt(view.getUint8(at));
        else if (information === 25) value = BigInt(view.getUint16(at));
        else if (information === 26) value = BigInt(view.getUint32(at));
        else if (information === 27) value = view.getBigUint64(at);
        else throw new Error(`additional information ${information} is reserved`);
        at += 1 << (information - 24);
        const shortest = value < 24n ? 0 : value < 256n ? 24 : value < 65536n ? 25 : value < 4294967296n ? 26 : 27;
        if (information !== shortest) throw new Error(`${value} is not in its shortest form`);
        return value <= 9007199254740992n ? Number(value) : value;
    }

    function half(): number {
        const bits = view.getUint16(at);
        at += 2;
        const exponent = (bits >> 10) & 31;
        const mantissa = bits & 1023;
        const magnitude = exponent === 0 ? mantissa * 2 ** -24
            : exponent < 31 ? (mantissa + 1024) * 2 ** (exponent - 25)
            : mantissa === 0 ? Infinity : NaN;
        return bits & 0x8000 ? -magnitude : magnitude;
    }

    function chunk(length: number): Uint8Array {
        if (at + length > bytes.length) throw new Error('a string ends after the bytes');
        at += length;
        return bytes.slice(at - length, at);
    }

    function value(): Cbor {
        const found = item();
        if (found === BREAK) throw new Error('a break where an item belongs');
        return found as Cbor;
    }

    function item(): Cbor | typeof BREAK {
        const first = view.getUint8(at++);
        const major = first >> 5;
        const information = first & 31;
        if (major === 7) {
            if (information === 20 || information === 21) return information === 21;
            if (information === 22) return null;
            if (information === 23) return undefined;
            if (information === 25) return half();
            if (information === 26) return view.getFloat32((at += 4) - 4);
            if (information === 27) return view.getFloat64((at += 8) - 8);
            if (information === 31) return BREAK;
            throw new Error(`simple value ${information}`);
        }
        if (information === 31) {
            if (major === 4) {
                const items: Cbor[] = [];
                for (let next = item(); next !== BREAK; next = item()) items.push(next as Cbor);
                return items;
            }
            if (major === 5) {
                const pairs = new Map<Cbor, Cbor>();
                for (let key = item(); key !== BREAK; key = item()) pairs.set(key as Cbor, value());
                return pairs;
            }
            throw new Error(`major type ${major} of indefinite length is not written here`);
        }
        const count = argument(information);
        if (major === 0) return count;
        if (major === 1) return typeof count === 'bigint' ? -1n - count : count === 0x20000000000000 ? -1n - BigInt(count) : -1 - count;
        if (major === 6) return new Tagged(count, value());
        const length = Number(count);
        if (major === 2) return chunk(length);
        if (major === 3) return utf8.decode(chunk(length));
        if (major === 4) return Array.from({ length }, value);
        return new Map(Array.from({ length }, () => [value(), value()] as const));
    }

    const whole = value();
    if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes are left over`);
    return whole;
}
