// Joins a WiFi network, watches it and joins again. Both chips lose an access point without a word to sockets; the ESP32 gives
// up after three attempts, the ESP8266 may miss the event: so there is a look at the state of things now and then, too.
//
// What of the network can be remembered over a deep sleep is where the access point is, on an ESP8266 (Espruino 2v29, jswrap_esp8266_network.c
// and jswrap_esp32_network.c): an ESP32 takes neither channel nor BSSID, and its `setIP` stops the DHCP server in place of the client; on an
// ESP8266 there is no way back from `setIP`, and `getIP` then tells an address without a network.
import { keepOnly } from '../../src/store.ts';
import type { Store } from '../../src/store.ts';
import type { ByteArray, Interpreter } from './espruino.ts';
import { report } from './report.ts';

declare const E: Interpreter;

/** How an access point is joined. An ESP32 takes the password only. */
interface Joining {
    password?: string;
    channel?: number;
    bssid?: string;
}

/** `require('Wifi')`, as far as it is used. */
export interface Wifi {
    connect(ssid: string, options: Joining, done: (error: unknown) => void): void;
    getIP(): { readonly ip?: string };
    /** `associated` tells where the access point is. */
    on(event: 'connected' | 'disconnected' | 'associated', listener: (details: { readonly channel: number; readonly mac: string }) => void): void;
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
    /**
     * Knows channel and BSSID of the access point from an earlier joining, with which the first attempt is made; for an ESP8266. A Store of its own
     * with records of 64 bytes. If the access point is there no more, that attempt fails and the next one, at once, looks everywhere.
     */
    readonly memory?: Store;
}

/** Bytes of the longest record: `6 aa:bb:cc:dd:ee:ff`, then SSID in a line of its own. */
const RECORD = 64;
/** Characters of `aa:bb:cc:dd:ee:ff`. */
const BSSID = 17;

export class WifiLink {
    /** There is an address. */
    joined = false;
    private readonly options: WifiOptions;
    private timer: ReturnType<typeof setTimeout> | null = null;
    private stopped = true;
    /** Where the access point is, as in a record; '' if not known. */
    private place = '';
    /** The attempt under way is made with what was remembered. */
    private recalled = false;
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
        if (options.memory) {
            options.wifi.on('associated', details => {
                this.place = details.channel + ' ' + details.mac + '\n' + options.ssid;
            });
        }
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
            const options = this.options;
            const joining: Joining = { password: options.password };
            const place = this.recall();
            // An attempt may take its time, and may never answer.
            if (!place) {
                this.wait(3 * this.interval);
            } else {
                this.recalled = true;
                joining.channel = parseInt(place, 10);
                const end = place.length - options.ssid.length - 1;
                joining.bssid = place.substring(end - BSSID, end);
            }
            options.wifi.connect(options.ssid, joining, this.told);
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
        // A network that was lost is joined again at once, one that is not where it was is looked for at once; one that cannot be joined may not be
        // asked without a pause.
        this.wait((this.joined || this.recalled) && !joined ? 0 : this.interval);
        if (options.memory) this.remember(options.memory, joined);
        if (joined === this.joined) return;
        this.joined = joined;
        try {
            if (joined && options.sntp && options.wifi.setSNTP) this.setClock(options.sntp);
            if (options.onChange) options.onChange(joined);
        } catch (error) {
            report(error);
        }
    }

    /** The youngest record of this network; '' if there is none. */
    private recall(): string {
        const memory = this.options.memory;
        const bytes = new Uint8Array(memory ? RECORD : 0);
        const size = memory && memory.count ? memory.read(memory.count - 1, bytes, 0) : 0;
        const text = E.toString(bytes);
        const record = text === undefined || size > RECORD ? '' : text.substring(0, size);
        return record.endsWith('\n' + this.options.ssid) ? record : '';
    }

    /** Keeps where the access point is; forgets it after an attempt in vain. */
    private remember(memory: Store, joined: boolean): void {
        const place = this.place;
        if (!joined && this.recalled) {
            memory.drop(memory.count);
        } else if (joined && place && place.length <= RECORD && place !== this.recall()) {
            const bytes = new Uint8Array(RECORD) as Uint8Array & ByteArray;
            bytes.set(place);
            keepOnly(memory, bytes, 0, place.length);
        }
        this.recalled = false;
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
