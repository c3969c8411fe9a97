// A device of the soak as a process of Node, in which nothing else lives: what its heap holds is the client's, and Node's own.
// Argument: the settings as JSON.
import { createInterface } from 'node:readline';
import { NodePlatform, TcpTransport, TlsTransport } from '../../../targets/node/index.ts';
import { FAULT } from './device-lines.ts';
import { heldByNode } from './held.ts';
import { DeviceProgram } from './program.ts';
import type { ProgramSettings } from './program.ts';

export interface NodeSettings extends ProgramSettings {
    /** Certificate (PEM) of the authority to trust; null: no TLS. */
    readonly authority: string | null;
}

const settings = JSON.parse(process.argv[2]) as NodeSettings;
const { port, authority } = settings;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const program = new DeviceProgram({
    platform: new NodePlatform({ onCaught: (error) => say(`${FAULT} a callback threw ${String(error)}`) }),
    transport: authority === null ? new TcpTransport({ host: '127.0.0.1', port }) : new TlsTransport({ host: '127.0.0.1', port, ca: authority }),
    sendBuffer: new Uint8Array(2048),
    say,
    soon: (callback) => void setImmediate(callback),
    held: heldByNode,
    // The process then ends by itself, unless the client has left something behind that keeps it.
    end() {
        clearInterval(timer);
        host.close();
    },
}, settings);
const timer = setInterval(() => program.beat(), settings.interval);
const host = createInterface({ input: process.stdin });
host.on('line', (line) => program.onLine(line));
// Whoever started it is gone.
process.stdin.on('end', () => process.exit(1));
