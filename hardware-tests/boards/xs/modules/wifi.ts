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
    /** The access point's. */
    channel: number;
    /** What DHCP gives. */
    lease: string;
    /** What the station was told, in order: the channel of each attempt (0: any) and `static ADDRESS` or `DHCP`. */
    readonly told: (number | string)[];
}

/** The board's configuration may say how it begins, `air`. */
export const air: Air = { outcomes: (config.air as Outcome[] | undefined) ?? ['address'], delay: 2, attempts: 0, station: null, channel: 6, lease: '10.0.0.7', told: [] };

class Station {
    connection = 200;
    private readonly onChanged: ((property: string) => void) | undefined;
    private timer: ReturnType<typeof Timer.set> | null = null;
    private own = '';

    constructor(options: { onChanged?(property: string): void }) {
        this.onChanged = options.onChanged;
        air.station = this;
    }

    get channel(): number | undefined {
        return this.connection >= 400 ? air.channel : undefined;
    }

    get address(): string | undefined {
        return this.connection < 500 ? undefined : this.own || air.lease;
    }

    /** An address that cannot be throws RangeError. */
    configure(options: { static?: { address: string; mask: string; gateway: string } | null }): void {
        if (options.static === undefined) return;
        this.own = options.static ? options.static.address : '';
        air.told.push(options.static ? `static ${options.static.address}/${options.static.mask} ${options.static.gateway}` : 'DHCP');
        if (options.static && options.static.address.split('.').length !== 4) throw new RangeError('invalid address');
    }

    connect(options: { SSID: string; password?: string; channel?: number }): void {
        if (!options.SSID) throw new Error('SSID required');
        if (this.connection === 300) throw new Error('already connecting');
        air.told.push(options.channel ?? 0);
        if (options.channel !== undefined && !(options.channel >= 1 && options.channel <= 13)) throw new RangeError('invalid channel');
        const planned = air.outcomes[Math.min(air.attempts++, air.outcomes.length - 1)];
        // Nobody is there.
        const outcome = options.channel && options.channel !== air.channel ? 'refused' : planned;
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
