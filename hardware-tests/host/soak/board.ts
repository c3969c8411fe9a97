// A device of the soak on a board with Moddable's XS.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import Timer from 'timer';
import { ModdablePlatform, TcpTransport } from '../../../targets/moddable/index.ts';
import { DeviceProgram } from './program.ts';
import type { ProgramSettings } from './program.ts';

const settings = config as unknown as ProgramSettings;
const transport = new TcpTransport({ io: TCP, address: '127.0.0.1', port: settings.port, sendBufferSize: 1024 });
const program = new DeviceProgram({
    platform: new ModdablePlatform(),
    transport,
    sendBuffer: transport.sendBuffer,
    say: line => trace(line + '\n'),
    soon: callback => void Timer.set(callback),
    held() {
        Meter.collect();
        return { slots: Meter.slots(), chunkBytes: Meter.chunkBytes() };
    },
    end: () => Board.exit(0),
}, settings);

Board.onLine = line => program.onLine(line);
Timer.repeat(() => program.beat(), settings.interval);
