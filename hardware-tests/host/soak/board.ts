// The device of the soak on a board with Moddable's XS. The host asks by line, and is answered by line.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import Timer from 'timer';
import { ModdablePlatform, TcpTransport } from '../../../targets/moddable/index.ts';
import { SoakDevice } from './device.ts';
import { BURST, FAULT, PAUSE, REPEAT, REPORT, REPORTED, RESTART, RESUME, STOP } from './board-lines.ts';
import type { BoardReport } from './board-lines.ts';
import type { DeviceSettings } from './device.ts';

interface BoardSettings extends DeviceSettings {
    readonly port: number;
    /** Between two messages, in ms. */
    readonly interval: number;
}

const settings = config as unknown as BoardSettings;
const transport = new TcpTransport({ io: TCP, address: '127.0.0.1', port: settings.port, sendBufferSize: 1024 });
let restarting = false;
const device = new SoakDevice(new ModdablePlatform(), transport, transport.sendBuffer, settings, {
    onRepeat: (from, number) => trace(REPEAT + ' ' + from + ' ' + number + '\n'),
    onFault: text => trace(FAULT + ' ' + text + '\n'),
}, () => Timer.set(onStopped));

function onStopped(): void {
    if (!restarting) Board.exit(0);
    restarting = false;
    device.client.start();
}

Board.onLine = line => {
    switch (line) {
        case PAUSE:
            device.paused = true;
            break;
        case RESUME:
            device.paused = false;
            break;
        case RESTART:
            restarting = true;
            device.client.stop();
            break;
        case STOP:
            restarting = false;
            device.client.stop();
            break;
        case REPORT: {
            Meter.collect();
            const report: BoardReport = { ...device.report(), slots: Meter.slots(), chunkBytes: Meter.chunkBytes() };
            trace(REPORTED + ' ' + JSON.stringify(report) + '\n');
            break;
        }
        default:
            if (line.startsWith(BURST)) device.beat(Number(line.slice(BURST.length)));
            else trace(FAULT + ' unknown line ' + line + '\n');
    }
};
device.client.start();
Timer.repeat(() => device.beat(1), settings.interval);
