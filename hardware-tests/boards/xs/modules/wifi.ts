// `embedded:network/interface/wifi` of the virtual board: the station of Moddable's SDK 8 (modules/io/wifi), which joins once when
// told to, never again by itself, and has no reasons. `air` is what the world around it does.
import config from 'mc/config';
import Timer from 'timer';

/** What happens to an attempt: the address comes; the access point refuses, or is not there; it gives no address; nothing happens. */
export type Outcome = 'address' | 'refused' | 'associated' | 'silent' | 'throws';

interface Air {
    /** What becomes of the attempts, in their order; the last one goes on. */
    outcomes: Outcome[];
    /** How long one takes, in ms. */
    delay: number;
    attempts: number;
    station: Station | null;
}

/** The board's configuration may say how it begins, `air`. */
export const air: Air = { outcomes: (config.air as Outcome[] | undefined) ?? ['address'], delay: 2, attempts: 0, station: null };

class Station {
    connection = 200;
    private readonly onChanged: ((property: string) => void) | undefined;
    private timer: ReturnType<typeof Timer.set> | null = null;

    constructor(options: { onChanged?(property: string): void }) {
        this.onChanged = options.onChanged;
        air.station = this;
    }

    connect(options: { SSID: string; password?: string }): void {
        if (!options.SSID) throw new Error('SSID required');
        if (this.connection === 300) throw new Error('already connecting');
        const outcome = air.outcomes[Math.min(air.attempts++, air.outcomes.length - 1)];
        if (outcome === 'throws') throw new Error('connect failed');
        this.connection = 300;
        this.timer = Timer.set(() => {
            this.timer = null;
            if (outcome === 'refused') this.becomes(200);
            if (outcome === 'associated' || outcome === 'address') this.becomes(400);
            if (outcome === 'address') this.becomes(500);
        }, air.delay);
    }

    /** Is not told to itself. */
    disconnect(): void {
        if (this.timer) Timer.clear(this.timer);
        this.timer = null;
        this.connection = 200;
    }

    close(): void {
        this.disconnect();
        air.station = null;
    }

    /** The world changes the connection. */
    becomes(connection: number): void {
        this.connection = connection;
        this.onChanged?.('connection');
    }
}


export default Station;
