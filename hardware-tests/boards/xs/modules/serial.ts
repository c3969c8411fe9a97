// `embedded:io/serial` of the virtual board: the UART of an ESP32 as Moddable's SDK 8 has it (modules/io/serial/esp32), with a TCP
// connection for its wires (`serialPort` of mc/config). 128 bytes of FIFO each way; what goes out leaves at the line's speed.
// Unlike the real one it loses nothing that is not read in time: the connection waits.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import Timer from 'timer';

const FIFO = 128;

export interface SerialOptions {
    port?: number;
    transmit: number;
    receive: number;
    baud: number;
    format?: 'buffer' | 'number';
    target?: unknown;
    onReadable?(this: Serial, count: number): void;
    onWritable?(this: Serial, count: number): void;
}

/** UARTs in use, by number. */
const used = new Set<number>();

class Serial {
    target: unknown;
    private readonly options: SerialOptions;
    private readonly uart: number;
    private wires: TCP | null;
    /** Unread bytes in the connection; of these the FIFO holds the first 128. */
    private unread = 0;
    private readonly fifo = new Uint8Array(FIFO);
    private filled = 0;
    private readonly clock: ReturnType<typeof Timer.set>;
    /** The room is told once after each write, and once in the beginning. */
    private asked = true;
    private joined = false;

    constructor(options: SerialOptions) {
        this.uart = options.port ?? 0;
        if (used.has(this.uart)) throw new RangeError('port in use');
        if (!(options.baud > 0) || options.baud > 20000000) throw new RangeError('invalid baud');
        if (options.format !== 'buffer') throw new RangeError('unimplemented here: format number');
        this.options = options;
        this.target = options.target;
        used.add(this.uart);
        this.wires = new TCP({
            address: '127.0.0.1', port: config.serialPort as number, nodelay: true,
            onReadable: (count) => {
                this.unread = count;
                this.tellReadable();
            },
            onWritable: () => {
                this.joined = true;
            },
            // Nobody is at the other end any more: a UART does not notice.
            onError: () => {
                this.wires = null;
                this.joined = false;
            },
        });
        this.clock = Timer.repeat(() => this.tick(), 1);
    }

    /** Up to the length of `into`. */
    read(into: Uint8Array<ArrayBuffer>): number | undefined {
        if (!this.unread || !this.wires) return undefined;
        const count = Math.min(this.unread, FIFO, into.byteLength);
        if (count <= 0) throw new Error('invalid');
        this.wires.read(into.subarray(0, count));
        this.unread -= count;
        return count;
    }

    write(data: Uint8Array<ArrayBuffer>): void {
        if (data.byteLength > FIFO - this.filled) throw new Error('output full');
        this.fifo.set(data, this.filled);
        this.filled += data.byteLength;
        this.asked = true;
    }

    close(): void {
        used.delete(this.uart);
        Timer.clear(this.clock);
        this.wires?.close();
        this.wires = null;
    }

    /** A millisecond has passed. */
    private tick(): void {
        const leaving = Math.min(this.filled, Math.ceil(this.options.baud / 10000));
        if (this.joined && leaving > 0) {
            this.wires!.write(this.fifo.slice(0, leaving));
            this.fifo.copyWithin(0, leaving, this.filled);
            this.filled -= leaving;
        }
        if (this.unread) this.tellReadable();
        // Below the threshold of 20.
        if (this.asked && this.filled < 20 && this.joined) {
            this.asked = false;
            this.options.onWritable?.call(this, FIFO - this.filled);
        }
    }

    private tellReadable(): void {
        this.options.onReadable?.call(this, Math.min(this.unread, FIFO));
    }
}

export default Serial;
