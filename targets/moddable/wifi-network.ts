// WiFi that is watched and joined again, over `embedded:network/interface/wifi` of Moddable's SDK 8: as long as somebody needs it,
// an attempt follows the other; whoever needs it is told within a deadline, and at once when it goes down. Knows reasons.
//
// What the module leaves to us: it joins once when told to and never again; a wrong password and a missing access point are only a
// `connection` that falls back to 200; an access point that gives no address stays at 400 for ever; what its callback throws ends
// the machine. It takes a channel, no BSSID. An address of one's own wants mask and gateway, which it does not tell; on an ESP32 it goes back to
// DHCP only between two connections, for IPv6, on which `connection` waits too, is set up once in each. Do not also use the SDK's `setup/network`: it waits for the network before the application starts, for ever.
import Timer from 'timer';
import { misuse } from '../../src/misuse.ts';
import { CONNECTION_LOST, NETWORK_TIMEOUT } from '../../src/reasons.ts';
import { ACCESS_POINT, LEASE } from './network-memory.ts';
import type { NetworkMemory } from './network-memory.ts';
import { checkClass } from './guarded.ts';
import type { Network, NetworkUser } from './network.ts';
import { report } from './report.ts';

/** How an access point is joined. */
interface Joining {
    SSID: string;
    password?: string;
    channel?: number;
    secure?: boolean;
}

/** The station, as far as it is used. Each of its methods may throw. */
export interface WiFi {
    /** 500: has an address. 400: associated with the access point. 300: connecting. 200 and less: not connected. */
    readonly connection: number;
    /** Of the access point; undefined if there is none. */
    readonly channel?: number;
    /** The board's. */
    readonly address?: string;
    connect(options: Joining): void;
    /** `static`: the board's address, instead of one by DHCP; null: by DHCP again. */
    configure?(options: { static: { address: string; mask: string; gateway: string } | null }): void;
    disconnect(): void;
    close(): void;
}

export interface WiFiOptions {
    /** `embedded:network/interface/wifi`, or one that behaves alike. */
    readonly io: new (options: { onChanged(property: string): void }) => WiFi;
    readonly SSID: string;
    /** Left out or '': an open network. */
    readonly password?: string;
    /** The access point's channel, if known: joining takes about a second less. 1 to 13. */
    readonly channel?: number;
    /** How long joining may take before those who wait are told NETWORK_TIMEOUT, in ms. 15,000 if left out. */
    readonly timeout?: number;
    /** Pause before an attempt that failed is made again, in ms; it doubles up to 8 times that. 500 if left out. */
    readonly retryDelay?: number;
    /** Knows the channel from an earlier joining, with which the first attempt is made. */
    readonly memory?: NetworkMemory;
    /**
     * With these the address that DHCP gave is remembered, too, and taken without asking: a second less or more. Only where DHCP gives this board the same
     * address each time; otherwise it may be another's by then.
     */
    readonly lease?: { readonly mask: string; readonly gateway: string };
}

const HAS_ADDRESS = 500;
const CONNECTING = 300;
/** The pause grows to so many times the first one. */
const LONGEST_PAUSE = 8;

function place(users: readonly NetworkUser[], user: NetworkUser): number {
    for (let index = 0; index < users.length; index++) if (users[index] === user) return index;
    return -1;
}

export class WiFiNetwork implements Network {
    private readonly options: WiFiOptions;
    private readonly connectOptions: Joining;
    private readonly memory: NetworkMemory | undefined;
    private readonly timeout: number;
    private readonly retryDelay: number;
    private wifi: WiFi | null = null;
    private up = false;
    /** The address is one that was remembered. */
    private leased = false;
    /** Those who need the network: waiting for it as long as it is not up. */
    private readonly users: NetworkUser[] = [];
    /** Those who are still to be told that it has gone. */
    private readonly leaving: NetworkUser[] = [];
    private failures = 0;
    /** Until when it must be up; and the pause before the next attempt. */
    private deadline: ReturnType<typeof Timer.set> | null = null;
    private pause: ReturnType<typeof Timer.set> | null = null;

    /** Throws without a class or an SSID, and on times that cannot be. */
    constructor(options: WiFiOptions) {
        this.options = options;
        this.timeout = options.timeout ?? 15000;
        this.retryDelay = options.retryDelay ?? 500;
        checkClass(options.io);
        if (!options.SSID) misuse(MOTEMQ_TEXTS ? 'SSID names the network' : 'SSID', options.SSID);
        if (!(this.timeout > 0 && this.retryDelay > 0)) misuse(MOTEMQ_TEXTS ? 'timeout and retryDelay are numbers of ms' : 'timeout', this.timeout + ', ' + this.retryDelay);
        this.memory = options.memory;
        this.connectOptions = { SSID: options.SSID };
        if (options.password) {
            this.connectOptions.password = options.password;
            this.connectOptions.secure = true;
        }
    }

    join(user: NetworkUser): void {
        if (place(this.users, user) >= 0) return;
        if (this.leased && this.up && !(this.memory as NetworkMemory).offers(LEASE)) this.giveUpLease();
        this.users.push(user);
        if (this.connection() >= HAS_ADDRESS) {
            this.up = true;
            user.onNetworkUp();
            return;
        }
        if (!this.deadline) this.deadline = Timer.set(() => this.expire(), this.timeout); // dialect-ok: once a joining
        if (!this.pause) this.attempt();
    }

    leave(user: NetworkUser): void {
        const at = place(this.users, user);
        const left = place(this.leaving, user);
        if (at >= 0) this.users.splice(at, 1);
        if (left >= 0) this.leaving.splice(left, 1);
        if (this.users.length === 0) this.rest();
    }

    /** Leaves the network and switches the radio's use off, before a long sleep for instance. Those who need the network are told that it has gone. */
    close(): void {
        const wifi = this.wifi;
        this.wifi = null;
        try {
            if (wifi) {
                wifi.disconnect();
                wifi.close();
            }
        } catch (error) {
            report('WiFi did not close', error);
        }
        this.tellDown(CONNECTION_LOST);
    }

    /** The station's state, which is made when it is first asked for; 0 if there is none. */
    private connection(): number {
        try {
            if (!this.wifi) this.wifi = new this.options.io({ onChanged: () => this.look() }); // dialect-ok: once
            return this.wifi.connection;
        } catch (error) {
            report('no WiFi', error);
            return 0;
        }
    }

    /** Joins, unless that is under way. */
    private attempt(): void {
        this.pause = null;
        const connection = this.connection();
        if (connection >= HAS_ADDRESS) {
            this.look();
        } else if (connection < CONNECTING) {
            try {
                this.prepare(this.wifi as WiFi);
                (this.wifi as WiFi).connect(this.connectOptions);
            } catch (error) {
                report('WiFi did not connect', error);
                this.attemptLater();
            }
        }
    }

    /** What is remembered counts for one attempt. */
    private prepare(wifi: WiFi): void {
        const memory = this.memory;
        const lease = this.options.lease;
        const channel = memory && memory.take(ACCESS_POINT) ? memory.channel : this.options.channel;
        if (channel) this.connectOptions.channel = channel;
        else delete this.connectOptions.channel;
        if (!memory || !lease || !wifi.configure) return;
        const leased = this.leased;
        this.leased = memory.take(LEASE);
        if (this.leased) wifi.configure({ static: { address: memory.address, mask: lease.mask, gateway: lease.gateway } });
        else if (leased) wifi.configure({ static: null });
    }

    /** Somebody comes again, and nobody has said that it went well: with the remembered address there may be no way to anywhere. */
    private giveUpLease(): void {
        try {
            (this.wifi as WiFi).disconnect();
        } catch (error) {
            report('WiFi did not disconnect', error);
        }
        this.tellDown(CONNECTION_LOST);
    }

    private learn(wifi: WiFi): void {
        const memory = this.memory;
        if (!memory) return;
        try {
            memory.channel = wifi.channel ?? 0;
            if (this.options.lease) memory.address = wifi.address ?? '';
        } catch (error) {
            report('WiFi does not tell where it is', error);
        }
    }

    private attemptLater(): void {
        if (this.pause || this.users.length === 0) return;
        const factor = 1 << this.failures++;
        this.pause = Timer.set(() => this.attempt(), this.retryDelay * (factor < LONGEST_PAUSE ? factor : LONGEST_PAUSE)); // dialect-ok: once an attempt
    }

    /** The station's state has changed, perhaps. */
    private look(): void {
        const wifi = this.wifi;
        if (!wifi) return;
        const connection = this.connection();
        if (connection >= HAS_ADDRESS) {
            if (this.up) return;
            this.up = true;
            this.learn(wifi);
            this.rest();
            const users = this.users.concat();
            // Whoever is told may have another one leave.
            for (let index = 0; index < users.length; index++) if (place(this.users, users[index]) >= 0) this.guard(users[index], 0);
        } else if (this.up) {
            this.tellDown(CONNECTION_LOST);
        } else if (connection < CONNECTING) {
            this.attemptLater();
        }
    }

    private expire(): void {
        this.deadline = null;
        try {
            // An attempt that hangs, at an access point that gives no address for instance, must not be the next one too.
            if (this.wifi) this.wifi.disconnect();
        } catch (error) {
            report('WiFi did not disconnect', error);
        }
        this.tellDown(NETWORK_TIMEOUT);
    }

    /** Tells all, who then do not need the network any more. */
    private tellDown(reason: number): void {
        const leaving = this.leaving;
        while (this.users.length > 0) leaving.push(this.users.shift() as NetworkUser);
        this.up = false;
        this.rest();
        while (leaving.length > 0) this.guard(leaving.shift() as NetworkUser, reason);
    }

    /** Nothing is waited for any more. */
    private rest(): void {
        if (this.deadline) Timer.clear(this.deadline);
        if (this.pause) Timer.clear(this.pause);
        this.deadline = this.pause = null;
        this.failures = 0;
    }

    private guard(user: NetworkUser, reason: number): void {
        try {
            if (reason) user.onNetworkDown(reason);
            else user.onNetworkUp();
        } catch (error) {
            report('a user of the network', error);
        }
    }
}
