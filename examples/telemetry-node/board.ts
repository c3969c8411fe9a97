// The telemetry node on Moddable's XS, as `npm start` runs it on the virtual board: over TCP.
import TCP from 'embedded:io/socket/tcp';
import { ModdablePlatform, TcpTransport } from '../../targets/moddable/index.ts';
import { beat } from './beat.ts';
import type { BoardSettings } from './beat.ts';
import { ASK } from './progress.ts';

Board.onLine = (line) => {
    const settings = JSON.parse(line) as BoardSettings;
    const transport = new TcpTransport({ io: TCP, address: settings.address, port: settings.port, sendBufferSize: 3000 });
    beat(new ModdablePlatform(), transport, transport.sendBuffer, settings, true);
};
trace(ASK + '\n');
