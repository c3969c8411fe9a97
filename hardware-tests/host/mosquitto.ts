// Mosquitto, an MQTT broker of its own process, for tests against a second opinion. It is used where it is installed;
// where it is not, callers are told why and say so.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';

export interface MosquittoOptions {
    /** The only user name and password that are let in; without it everybody is. */
    user?: { name: string; password: string };
    /** PEM texts; without them the broker speaks plain TCP. With `ca` clients must show a certificate of that authority. */
    tls?: { cert: string; key: string; ca?: string };
    /** Keeps sessions and retained messages across `restart`. Default false. */
    persistence?: boolean;
    /** Mosquitto's `set_tcp_nodelay`; its own default is false. Default here: true. */
    noDelay?: boolean;
    /** Where it listens. Default 127.0.0.1. */
    address?: string;
    /** For a run of hours: only errors are logged, and what waits for absent clients has no limit. Default false. */
    enduring?: boolean;
}

const LOOPBACK = '127.0.0.1';

/** Why there is no Mosquitto: a sentence for people. */
export interface Unavailable {
    unavailable: string;
}

/** Path of the program: `MOSQUITTO_BIN`, or the first on PATH or where Debian puts it. */
export function findMosquitto(): { path: string } | Unavailable {
    const named = process.env.MOSQUITTO_BIN;
    const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter((folder) => folder !== '');
    const path = named ?? folders.map((folder) => join(folder, 'mosquitto')).find((file) => existsSync(file));
    if (path === undefined) return { unavailable: 'mosquitto is neither on PATH nor named by MOSQUITTO_BIN' };
    const { error } = spawnSync(path, ['-h']);
    return error ? { unavailable: `${path} does not run: ${error.message}` } : { path };
}

/** A line of a password file: PBKDF2 with SHA-512, which Mosquitto 2 calls 7. */
function passwordLine({ name, password }: { name: string; password: string }): string {
    const salt = randomBytes(12);
    const iterations = 101;
    const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
    return `${name}:$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}\n`;
}

/** Writes the configuration and what it names into `folder`. */
function configure(folder: string, port: number, options: MosquittoOptions): string {
    const file = (name: string, content: string): string => {
        const path = join(folder, name);
        writeFileSync(path, content, { mode: 0o600 });
        return path;
    };
    const { user, tls, persistence = false, noDelay = true, address = LOOPBACK, enduring = false } = options;
    const lines = [
        // Started by root it would become a user who cannot read the folder.
        `user ${userInfo().username}`,
        `set_tcp_nodelay ${noDelay}`,
        `persistence ${persistence}`,
        `persistence_location ${folder}/`,
        `listener ${port} ${address}`,
        `allow_anonymous ${user === undefined}`,
    ];
    if (enduring) lines.push('log_type error', 'max_queued_messages 0');
    if (user) lines.push(`password_file ${file('passwords', passwordLine(user))}`);
    if (tls) {
        lines.push(`certfile ${file('server.pem', tls.cert)}`, `keyfile ${file('server.key', tls.key)}`);
        if (tls.ca) lines.push(`cafile ${file('authority.pem', tls.ca)}`, 'require_certificate true');
    }
    return file('mosquitto.conf', lines.join('\n') + '\n');
}

/** A port that was free a moment ago. */
async function freePort(address: string): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

function accepts(port: number, address: string): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect(port, address);
        socket.on('connect', () => {
            socket.destroy();
            resolve(true);
        });
        socket.on('error', () => resolve(false));
    });
}

export class Mosquitto {
    readonly port: number;
    /** What it printed: its log. */
    output = '';
    private readonly address: string;
    private readonly path: string;
    private readonly folder: string;
    private readonly parameters: string[];
    private child: ChildProcess | null = null;
    private exited: Promise<void> = Promise.resolve();
    private readonly kill = (): void => void this.child?.kill('SIGKILL');

    private constructor(path: string, port: number, options: MosquittoOptions) {
        this.path = path;
        this.port = port;
        this.address = options.address ?? LOOPBACK;
        this.folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
        this.parameters = ['-c', configure(this.folder, port, options), ...options.enduring ? [] : ['-v']];
    }

    /** Resolves when it accepts connections. Rejects, with its log, when an installed Mosquitto does not start. */
    static async start(options: MosquittoOptions = {}): Promise<Mosquitto | Unavailable> {
        const found = findMosquitto();
        if ('unavailable' in found) return found;
        const mosquitto = new Mosquitto(found.path, await freePort(options.address ?? LOOPBACK), options);
        try {
            await mosquitto.launch();
        } catch (error) {
            await mosquitto.stop();
            throw error;
        }
        return mosquitto;
    }

    /** Ends it (SIGTERM: it saves what `persistence` keeps) and starts it anew on the same port. */
    async restart(): Promise<void> {
        await this.terminate();
        await this.launch();
    }

    /** Ends it and removes its files. */
    async stop(): Promise<void> {
        await this.terminate();
        rmSync(this.folder, { recursive: true, force: true });
    }

    private async launch(): Promise<void> {
        const child = spawn(this.path, this.parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
        this.child = child;
        process.on('exit', this.kill); // no orphan, whatever ends this process in order
        child.stdout.on('data', (text: Buffer) => (this.output += text.toString()));
        child.stderr.on('data', (text: Buffer) => (this.output += text.toString()));
        this.exited = new Promise((resolve) => child.on('close', () => resolve()));
        const deadline = performance.now() + 10_000;
        while (!(await accepts(this.port, this.address))) {
            if (child.exitCode !== null || performance.now() > deadline) throw new Error(`mosquitto does not start:\n${this.output}`);
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }

    private async terminate(): Promise<void> {
        this.child?.kill('SIGTERM');
        const timer = setTimeout(this.kill, 3000);
        await this.exited;
        clearTimeout(timer);
        process.off('exit', this.kill);
        this.child = null;
    }
}
