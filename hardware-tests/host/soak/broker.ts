// The broker of a soak: Mosquitto, which keeps its sessions across a restart, or aedes in this process, which would lose them and is
// not restarted. To a receiver that comes back aedes 1.2 sends what is new between what waited (1, 202, 2, 3, 203 …), against
// [MQTT-4.6.0-6], and at times closes the connection over it; so it does to any client. Receivers there take clean sessions, and
// the witness, which is never away, judges loss.
import { Broker } from '../broker.ts';
import { Mosquitto } from '../mosquitto.ts';

export interface SoakBroker {
    readonly name: string;
    readonly port: number;
    /** What waited for a kept session comes before what is new. */
    readonly keepsOrder: boolean;
    readonly restart: (() => Promise<void>) | null;
    stop(): Promise<void>;
}

/** `wanted`: 'mosquitto' or 'aedes'. Where there is no Mosquitto, `say` is told why, and it is aedes. */
export async function startBroker(wanted: string, say: (line: string) => void): Promise<SoakBroker> {
    if (wanted === 'mosquitto') {
        const mosquitto = await Mosquitto.start({ persistence: true, enduring: true });
        if (!('unavailable' in mosquitto)) {
            return { name: 'Mosquitto', port: mosquitto.port, keepsOrder: true, restart: () => mosquitto.restart(), stop: () => mosquitto.stop() };
        }
        say(`aedes instead of Mosquitto: ${mosquitto.unavailable}`);
    }
    const broker = await Broker.start();
    return { name: 'aedes', port: broker.port, keepsOrder: false, restart: null, stop: () => broker.stop() };
}
