// Joins a WiFi network, watches it and joins again. Both chips lose an access point without a word to sockets; the ESP32 gives
// up after three attempts, the ESP8266 may miss the event: so there is a look at the state of things now and then, too.
import { report } from './report.ts';

/** `require('Wifi')`, as far as it is used. */
export interface Wifi {
    connect(ssid: string, options: { readonly password?: string }, done: (error: unknown) => void): void;
    getIP(): { readonly ip?: string };
    on(event: 'connected' | 'disconnected', listener: () => void): void;
    setHostname?(name: string): void;
    /** An ESP32 wants the time zone as a text, an ESP8266 as a number of hours. */
    setSNTP?(server: string, zone: string | number): void;
}

export interface WifiOptions {
    readonly wifi: Wifi;
    readonly ssid: string;
    readonly password?: string;
    /** Told `true` when there is an address, `false` when there is none any more. */
    readonly onChange?: (joined: boolean) => void;
    /** ms between an attempt that failed, or a look that found all well, and the next. 10,000 if left out. */
    readonly interval?: number;
    /** Sets the board's clock from this server, in UTC. Not set if left out. */
    readonly sntp?: string;
}

export class WifiLink {
    /** There is an address. */
    joined = false;
    private readonly options: WifiOptions;
    private timer: ReturnType<typeof setTimeout> | null = null;
    private stopped = true;
    private readonly interval: number;
    private readonly look: () => void;
    private readonly told: () => void;

    constructor(options: WifiOptions) {
        this.options = options;
        this.interval = options.interval ?? 10000;
        this.look = () => this.check();
        this.told = () => this.settle();
        options.wifi.on('connected', this.told);
        options.wifi.on('disconnected', this.told);
    }

    /** Joins, and joins again whenever the network is lost, until `stop`. */
    start(): void {
        if (!this.stopped) return;
        this.stopped = false;
        this.check();
    }

    /** Lets things be as they are. */
    stop(): void {
        this.stopped = true;
        this.wait(-1);
    }

    /** Looks whether there is an address, and joins if there is none. */
    private check(): void {
        if (this.stopped) return;
        // First of all: whatever goes wrong below, there is a next look.
        this.wait(this.interval);
        try {
            this.settle();
            if (this.stopped || this.joined) return;
            // An attempt may take its time, and may never answer.
            this.wait(3 * this.interval);
            this.options.wifi.connect(this.options.ssid, { password: this.options.password }, this.told);
        } catch (error) {
            // The chip is still busy with an attempt of its own, or memory is short.
            report(error);
        }
    }

    /** Takes the state of things as it is, tells of a change, and looks again later. */
    private settle(): void {
        const options = this.options;
        const ip = options.wifi.getIP().ip;
        const joined = ip !== undefined && ip !== '' && ip !== '0.0.0.0';
        if (this.stopped) return;
        // A network that was lost is joined again at once; one that cannot be joined may not be asked without a pause.
        this.wait(this.joined && !joined ? 0 : this.interval);
        if (joined === this.joined) return;
        this.joined = joined;
        try {
            if (joined && options.sntp && options.wifi.setSNTP) this.setClock(options.sntp);
            if (options.onChange) options.onChange(joined);
        } catch (error) {
            report(error);
        }
    }

    private setClock(server: string): void {
        const wifi = this.options.wifi as Required<Wifi>;
        try {
            wifi.setSNTP(server, 'UTC0');
        } catch {
            wifi.setSNTP(server, 0);
        }
    }

    private wait(ms: number): void {
        if (this.timer) clearTimeout(this.timer);
        this.timer = ms < 0 ? null : setTimeout(this.look, ms);
    }
}
