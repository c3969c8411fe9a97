// A device of ../../host/stage.ts whose link is an emulated modem: session, modem transport, serial line, modem, real TCP to the broker.
import { NodePlatform } from '../../../targets/node/index.ts';
import { AT_REST, ModemTransport } from '../../../targets/modem/index.ts';
import type { StartDevice } from '../../host/stage.ts';
import { until } from '../../host/until.ts';
import { makeScenario } from '../../suites/index.ts';
import type { Dialect } from './dialect.ts';
import { drivers } from './drivers.ts';
import { serialPort } from './ends.ts';
import { Faults } from './faults.ts';

/** A modem that is quick, so that its scenarios are: its own times are tried in virtual time. */
const pace = { least: 0, most: 1, boot: 50 };
/** Bits a second: 8 times as fast as usual. */
const BAUD = 921600;

export function startOnModem(dialect: Dialect): StartDevice {
    return (parameters, port, report) => {
        const onCaught = (error: unknown): void => report(`a callback threw ${String(error)}`);
        const { port: serial, emulator } = serialPort({ dialect, pace, cell: { delay: 0 }, baud: BAUD, faults: new Faults(1, {}), chunkSize: 0 }, 1024);
        const transport = new ModemTransport({
            serial, dialect: drivers[dialect.name], platform: new NodePlatform({ onCaught }), host: '127.0.0.1', port, apn: 'internet', baud: BAUD,
        });
        const scenario = makeScenario({
            transport,
            platform: new NodePlatform({ onCaught }),
            sendBuffer: new Uint8Array(512), parameters, report,
        });
        scenario.start();
        return async () => {
            scenario.stop();
            await until('the modem is at rest', () => transport.stage === AT_REST, 20);
            emulator.modem.stop('');
            serial.close();
        };
    };
}
