// A device of the soak as the host has it: the device itself, here or on a virtual board, the proxy that breaks its link and the tap
// on what it publishes.
import { join } from 'node:path';
import { root } from '../../../scripts/root.ts';
import { STOPPED } from '../../../src/index.ts';
import { NodePlatform, TcpTransport, TlsTransport } from '../../../targets/node/index.ts';
import { certificate } from '../../../targets/node/tests/witness.ts';
import { bootBoard } from '../../boards/xs/board.ts';
import { bundleForBoard } from '../../boards/xs/bundle.ts';
import { FaultProxy } from '../fault-proxy.ts';
import type { Faults, ProxyConnection } from '../fault-proxy.ts';
import { until } from '../until.ts';
import { BURST, FAULT, PAUSE, REPEAT, REPORT, REPORTED, RESTART, RESUME, STOP } from './board-lines.ts';
import type { BoardReport } from './board-lines.ts';
import { SoakDevice } from './device.ts';
import type { DeviceReport, DeviceSettings } from './device.ts';
import { PublishTap } from './tap.ts';
import { TlsFront } from './tls-front.ts';

/** Between two messages of a device, in ms. */
export const INTERVAL = 50;

/** A board's socket that has met its end before the transport was told: the transport traces it and gives the connection up. */
const HARMLESS = 'motemq: a socket refused bytes: Error: not ready';

/** What runs the device: in this process or on a board. */
interface Runner {
    pause(): void;
    resume(): void;
    /** Publishes `count` messages at once. */
    burst(count: number): void;
    report(): Promise<DeviceReport | BoardReport>;
    /** Says goodbye to the broker and, unless it fails, is gone. */
    stop(): Promise<void>;
    /** Says goodbye and comes back. */
    restart(): Promise<void>;
    /** Ends it at once. */
    kill(): void;
}

export interface Cast extends DeviceSettings {
    readonly engine: 'node' | 'xs';
    readonly tls: boolean;
}

export interface ActorOptions {
    readonly cast: Cast;
    readonly brokerPort: number;
    /** The board's program, where `cast.engine` is 'xs'. */
    readonly program?: string;
    onRepeat(receiver: Actor, from: string, number: number): void;
    onFault(text: string): void;
}

export class Actor {
    readonly cast: Cast;
    readonly tap: PublishTap;
    /** For the connections to come. */
    readonly faults: Faults = {};
    proxy!: FaultProxy;
    runner!: Runner;
    private readonly options: ActorOptions;
    private front: TlsFront | null = null;

    private constructor(options: ActorOptions) {
        const { cast } = options;
        this.options = options;
        this.cast = cast;
        this.tap = new PublishTap(`${cast.prefix}/${cast.name}/1`, cast.cleanSession, (text) => this.fault(text));
    }

    static async start(options: ActorOptions): Promise<Actor> {
        const actor = new Actor(options);
        await actor.begin();
        return actor;
    }

    async close(): Promise<void> {
        this.runner.kill();
        this.proxy.stop();
        this.front?.stop();
    }

    private async begin(): Promise<void> {
        const { cast, brokerPort, program } = this.options;
        if (cast.tls) this.front = await TlsFront.start(() => brokerPort, () => this.tap.connection());
        const taps = new WeakMap<ProxyConnection, (bytes: Buffer) => void>();
        this.proxy = await FaultProxy.start({
            target: this.front?.port ?? brokerPort,
            faults: this.faults,
            onConnection: (connection) => void (cast.tls || taps.set(connection, this.tap.connection())),
            onBytes: (connection, direction, bytes) => {
                if (direction === 'up') taps.get(connection)?.(bytes);
            },
        });
        this.runner = cast.engine === 'xs' ? await this.onBoard(program!) : this.onNode();
    }

    private fault(text: string): void {
        this.options.onFault(`${this.cast.name}: ${text}`);
    }

    private onNode(): Runner {
        const { host, port } = { host: '127.0.0.1', port: this.proxy.port };
        const transport = this.cast.tls ? new TlsTransport({ host, port, ca: certificate('authority.pem') }) : new TcpTransport({ host, port });
        const platform = new NodePlatform({ onCaught: (error) => this.fault(`a callback threw ${String(error)}`) });
        const device = new SoakDevice(platform, transport, new Uint8Array(2048), this.cast, {
            onRepeat: (from, number) => this.options.onRepeat(this, from, number),
            onFault: (text) => this.fault(text),
        }, () => {});
        const { client } = device;
        const stop = async (): Promise<void> => {
            client.stop();
            await until(`${this.cast.name} has stopped`, () => client.state === STOPPED);
        };
        client.start();
        const timer = setInterval(() => device.beat(1), INTERVAL);
        return {
            stop,
            pause: () => void (device.paused = true),
            resume: () => void (device.paused = false),
            burst: (count) => device.beat(count),
            report: async () => device.report(),
            async restart() {
                await stop();
                client.start();
            },
            kill() {
                clearInterval(timer);
                client.stop();
                platform.wakeAfter(-1);
                transport.close();
            },
        };
    }

    private async onBoard(program: string): Promise<Runner> {
        // Whoever waits for a report; kept here and not hung on `board.end`, which would hold them all until it settles.
        let answer: (report: BoardReport) => void = () => {};
        let giveUp: (error: Error) => void = () => {};
        let gone = false;
        const onLine = (line: string): void => {
            const [word, ...rest] = line.split(' ');
            if (word === REPORTED) answer(JSON.parse(rest.join(' ')) as BoardReport);
            else if (word === REPEAT) this.options.onRepeat(this, rest[0], Number(rest[1]));
            else if (line !== HARMLESS) this.fault(word === FAULT ? rest.join(' ') : `says '${line}'`);
        };
        const { name, prefix, peers, cleanSession } = this.cast;
        const board = bootBoard(program, {
            script: await bundleForBoard(join(root, 'hardware-tests', 'host', 'soak', 'board.ts')),
            config: { name, prefix, peers, cleanSession, port: this.proxy.port, interval: INTERVAL },
            onLine,
            keepLines: false,
        });
        let expected = false;
        void board.end.then(({ code, errors }) => {
            gone = true;
            giveUp(new Error('the board is gone'));
            if (!expected) this.fault(`the board ended with ${code}: ${errors}`);
        });
        return {
            pause: () => board.send(PAUSE),
            resume: () => board.send(RESUME),
            burst: (count) => board.send(BURST + count),
            restart: async () => board.send(RESTART),
            report: () => new Promise((resolve, reject) => {
                answer = resolve;
                giveUp = reject;
                if (gone) reject(new Error('the board is gone'));
                else board.send(REPORT);
            }),
            async stop() {
                expected = true;
                board.send(STOP);
                const { code, errors } = await board.end;
                if (code !== 0) throw new Error(`the board ended with ${code}: ${errors}`);
            },
            kill() {
                expected = true;
                void board.stop();
            },
        };
    }
}
