// The program of a board with Moddable's XS: runs the scenario that its configuration names, and traces the reports.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import { ModdablePlatform, TcpTransport } from '../../targets/moddable/index.ts';
import { makeScenario } from './index.ts';
import type { Parameters } from './scenario.ts';

const transport = new TcpTransport({ io: TCP, address: config.address as string, port: config.port as number, sendBufferSize: 512 });

makeScenario({
    transport,
    platform: new ModdablePlatform(),
    sendBuffer: transport.sendBuffer,
    parameters: config as unknown as Parameters,
    report: line => trace(line + '\n'),
}).start();
