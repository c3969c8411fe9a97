// A board with Espruino at the end of a serial line: the interpreter itself, whose console is its standard input and output, or the model of
// it behind the model of its console. Its Storage outlasts what unplugs it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Device } from '../../device.ts';
import { model } from '../machine.ts';
import { Engine } from './engine.ts';
import { Front } from './front.ts';
import type { FrontOptions } from './front.ts';

/** Of the model. What is left out is as in the newest firmware on an ESP32. */
export interface ModelOptions extends Partial<FrontOptions> {
    /** Has E.CRC32. */
    readonly checksums?: boolean;
}

const newest: FrontOptions & { checksums: boolean } = { version: '2v29', board: 'ESP32', packets: true, enquiry: true, queue: 1024, pace: Infinity, flowControl: true, checksums: true };

export interface EspruinoDevice extends Device {
    /** Takes its power away for good; its files are gone then. */
    stop(): void;
}

/** Processes that are to end with this one. */
const running = new Set<EspruinoDevice>();
process.on('exit', () => running.forEach(device => device.stop()));

abstract class Base implements EspruinoDevice {
    onOutput: (bytes: Uint8Array) => void = () => {};
    onUnplug: () => void = () => {};
    hostBaud = 0;
    protected readonly folder = mkdtempSync(join(tmpdir(), 'espruino-'));

    constructor() {
        running.add(this);
    }

    abstract receive(bytes: Uint8Array): void;
    abstract stop(): void;
    setLines(): void {}

    protected end(): void {
        running.delete(this);
        rmSync(this.folder, { recursive: true, force: true });
    }
}

const TASKSET = '/usr/bin/taskset';

/**
 * The command that runs the interpreter at `path`, by util-linux where that is to be had: its input thread and its main loop share a queue
 * without a lock, and where they run on two cores characters are lost, or the process ends with "ASSERT(len <= 64)".
 */
function onOneCore(path: string): string[] {
    const core = existsSync(TASKSET) ? /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] : undefined;
    return core === undefined ? [path] : [TASKSET, '-c', core, path];
}

/** Espruino's interpreter at `path`. It unplugs itself when it ends. */
class InterpreterDevice extends Base {
    private readonly child;
    private readonly file = join(this.folder, 'espruino.flash');
    private held: Buffer | null;

    constructor(path: string, flash: Buffer | null) {
        super();
        this.held = flash;
        if (flash) writeFileSync(this.file, flash);
        const [program, ...words] = onOneCore(path);
        this.child = spawn(program, words, { cwd: this.folder, stdio: ['pipe', 'pipe', 'ignore'] });
        this.child.stdin.on('error', () => {});
        this.child.stdout.on('data', (bytes: Buffer) => this.onOutput(bytes));
        this.child.once('close', () => {
            this.held = this.flash;
            this.end();
            this.onUnplug();
        });
    }

    /** What its flash holds, or held when it ended; null: nothing yet. */
    get flash(): Buffer | null {
        return existsSync(this.file) ? readFileSync(this.file) : this.held;
    }

    receive(bytes: Uint8Array): void {
        this.child.stdin.write(bytes);
    }

    stop(): void {
        // It takes SIGTERM for nothing.
        this.child.kill('SIGKILL');
    }
}

class ModelDevice extends Base {
    private readonly program: string;
    private readonly options: typeof newest;
    private front!: Front;
    private engine!: Engine;

    constructor(program: string, options: ModelOptions) {
        super();
        this.program = program;
        this.options = { ...newest, ...options };
        this.powerOn();
    }

    /** Takes its power away and gives it back. */
    powerCycle(): void {
        this.front.stop();
        this.engine.stop();
        this.powerOn();
    }

    receive(bytes: Uint8Array): void {
        this.front.receive(bytes);
    }

    stop(): void {
        this.front.stop();
        this.engine.stop();
        this.end();
    }

    private powerOn(): void {
        const engine: Engine = this.engine = new Engine(this.program, this.folder, this.options, {
            onPrint: text => front.print(`${text}\r\n`),
            onRestart: restart => front.demand(restart),
        });
        const front = this.front = new Front(this.options, engine, text => this.onOutput(Buffer.from(text, 'latin1')));
        front.powerOn();
    }
}

/** The interpreter at `path`, which holds `flash`. */
export const interpreterDevice = (path: string, flash: Buffer | null = null): InterpreterDevice => new InterpreterDevice(path, flash);

/** The model. */
export const modelDevice = async (options: ModelOptions = {}): Promise<ModelDevice> => new ModelDevice((await model.command()).at(-1)!, options);
