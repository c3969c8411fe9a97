// The telemetry node on Moddable's XS, as `npm start -- --modem` runs it: over a modem at the virtual board's serial port.
import Serial from 'embedded:io/serial';
import { ModdablePlatform, SerialLine } from '../../targets/moddable/index.ts';
import { espAt, nordic, quectel, sim7080, sim7600, sim800, ublox } from '../../targets/modem/dialects/index.ts';
import { ModemTransport } from '../../targets/modem/index.ts';
import { beat } from './beat.ts';
import type { BoardSettings } from './beat.ts';
import { ASK } from './progress.ts';

interface ModemSettings extends BoardSettings {
    readonly modem: keyof typeof dialects;
}

/** A board of one's own imports the one that it needs. */
const dialects = { 'bg96': quectel, 'esp-at': espAt, 'nordic': nordic, 'sim800': sim800, 'sim7080': sim7080, 'sim7600': sim7600, 'ublox': ublox };

Board.onLine = (line) => {
    const settings = JSON.parse(line) as ModemSettings;
    const transport = new ModemTransport({
        serial: new SerialLine({ io: Serial, port: 2, transmit: 17, receive: 16 }),
        // A clock of its own: the client's has one wake pending itself.
        platform: new ModdablePlatform(),
        dialect: dialects[settings.modem], host: settings.address, port: settings.port, apn: 'internet', readSize: 64,
    });
    // The virtual board's serial port is a script that allocates.
    beat(new ModdablePlatform(), transport, new Uint8Array(3000), settings, false);
};
trace(ASK + '\n');
