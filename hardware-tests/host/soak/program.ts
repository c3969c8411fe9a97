// A device of the soak as a program of its own: does what the host says by line, and answers by line. Runs on every engine; what
// it needs of its engine is handed to it.
import type { Platform, Transport } from '../../../src/index.ts';
import { SoakDevice } from './device.ts';
import type { DeviceSettings } from './device.ts';
import { BURST, FAULT, PAUSE, REPEAT, REPORT, REPORTED, RESTART, RESUME, STOP } from './device-lines.ts';
import type { ProgramReport } from './device-lines.ts';

/** How a program is told what to do. */
export interface ProgramSettings extends DeviceSettings {
    /** Of 127.0.0.1. */
    readonly port: number;
    /** Between two messages, in ms. */
    readonly interval: number;
}

export interface Engine {
    readonly platform: Platform;
    readonly transport: Transport;
    readonly sendBuffer: Uint8Array;
    /** Hands a line to the host. */
    say(line: string): void;
    /** Calls `callback` soon, but not before the callback under way has returned. */
    soon(callback: () => void): void;
    /** Collects garbage; then what is left (`ProgramReport.held`). */
    held(): Readonly<Record<string, number>>;
    /** The device has stopped and does no more. */
    end(): void;
}

export class DeviceProgram {
    private readonly engine: Engine;
    private readonly device: SoakDevice;
    private restarting = false;

    /** The device connects at once. Its owner calls `beat` every `settings.interval`. */
    constructor(engine: Engine, settings: DeviceSettings) {
        const { platform, transport, sendBuffer } = engine;
        this.engine = engine;
        this.device = new SoakDevice(platform, transport, sendBuffer, settings, {
            onRepeat: (from, number) => engine.say(REPEAT + ' ' + from + ' ' + number),
            onFault: text => engine.say(FAULT + ' ' + text),
        }, () => engine.soon(() => this.onStopped()));
        this.device.client.start();
    }

    beat(): void {
        this.device.beat(1);
    }

    onLine(line: string): void {
        const { device, engine } = this;
        switch (line) {
            case PAUSE:
                device.paused = true;
                break;
            case RESUME:
                device.paused = false;
                break;
            case RESTART:
                this.restarting = true;
                device.client.stop();
                break;
            case STOP:
                this.restarting = false;
                device.client.stop();
                break;
            case REPORT: {
                const report: ProgramReport = { ...device.report(), held: engine.held() };
                engine.say(REPORTED + ' ' + JSON.stringify(report));
                break;
            }
            default:
                if (line.startsWith(BURST)) device.beat(Number(line.slice(BURST.length)));
                else engine.say(FAULT + ' unknown line ' + line);
        }
    }

    private onStopped(): void {
        if (this.restarting) this.device.client.start();
        else this.engine.end();
        this.restarting = false;
    }
}
