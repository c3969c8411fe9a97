// The other end of the virtual board's TLS (hardware-tests/boards/xs/modules/tls.ts): shakes hands as it is told to, and then
// carries the records' bodies to and from a broker.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface RecordPeer {
    readonly port: number;
    /** The names that clients asked for, by connection. */
    readonly names: string[];
    /** Sends a record to the latest client: 21 an alert, 23 data. */
    send(type: number, body: Uint8Array | string): void;
    /** Lengths of the records of data that came. */
    readonly records: number[];
    stop(): Promise<void>;
}

/** As there. */
const PADDING = 64;

function recordOf(type: number, body: Uint8Array | string): Buffer {
    const bytes = Buffer.from(body as string);
    return Buffer.concat([Buffer.from([type, 3, 3, bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** `certificate`: 1 good, 0 not trusted, -1: the connection is closed instead of an answer, 2: nothing comes, 3: an alert, close_notify. */
export async function startRecordPeer(target: number, { certificate = 1 } = {}): Promise<RecordPeer> {
    const names: string[] = [];
    const records: number[] = [];
    const sockets = new Set<Socket>();
    let latest: Socket | undefined;
    const keep = (socket: Socket): void => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(socket));
    };
    const server = createServer(socket => {
        keep(socket);
        latest = socket;
        let pending = Buffer.alloc(0);
        let flights = 0;
        let broker: Socket | undefined;
        const onRecord = (type: number, body: Buffer): void => {
            if (type === 22 && ++flights === 1) {
                names.push(body.toString());
                if (certificate < 0) socket.destroy();
                else if (certificate === 3) socket.write(recordOf(21, Uint8Array.of(1, 0)));
                else if (certificate < 2) socket.write(recordOf(22, Uint8Array.of(certificate)));
            } else if (type === 22) {
                broker = connect(target, '127.0.0.1');
                keep(broker);
                broker.on('data', data => socket.write(recordOf(23, data)));
                broker.on('end', () => socket.end(recordOf(21, Uint8Array.of(1, 0))));
                socket.write(Buffer.concat([recordOf(20, Uint8Array.of(1)), recordOf(22, Uint8Array.of(1))]));
            } else if (type === 23) {
                records.push(body.length - PADDING);
                broker?.write(body.subarray(PADDING));
            }
        };
        socket.on('data', data => {
            pending = Buffer.concat([pending, data]);
            while (pending.length >= 5 && pending.length >= 5 + pending.readUInt16BE(3)) {
                const end = 5 + pending.readUInt16BE(3);
                const record = pending.subarray(0, end);
                pending = pending.subarray(end);
                onRecord(record[0], record.subarray(5));
            }
        });
        socket.on('close', () => broker?.destroy());
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return {
        port: (server.address() as AddressInfo).port, names, records,
        send: (type, body) => void latest?.write(recordOf(type, body)),
        stop() {
            sockets.forEach(socket => socket.destroy());
            return new Promise(resolve => server.close(() => resolve()));
        },
    };
}
