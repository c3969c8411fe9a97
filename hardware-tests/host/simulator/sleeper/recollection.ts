// What a node must know again after a sleep from which its board started anew: that the broker takes nothing early, and what it has granted.
// Packet identifiers and DUP are the matter of wire-witness.ts.
import type { Subscription } from '../../../../src/index.ts';
import type { Connection } from '../connection.ts';
import type { Judge } from '../judge.ts';
import type { SleeperSettings } from './settings.ts';

export class Recollection {
    /** The broker has ended the latest connection because something followed CONNECT, and the client was told. */
    private hasty = false;
    private latest: Connection | null = null;
    private wasAccepted = false;
    /** Filters that the broker had granted when the node slept, in a session that it still has. */
    private readonly granted = new Set<string>();
    private readonly judge: Judge;
    private readonly settings: SleeperSettings;

    constructor(judge: Judge, settings: SleeperSettings) {
        this.judge = judge;
        this.settings = settings;
    }

    /** The node sleeps, and knows so much of its subscriptions. */
    sleeps(subscriptions: readonly Subscription[]): void {
        this.granted.clear();
        for (const { granted, encoded } of subscriptions) if (granted === 0 || granted === 1) this.granted.add(Buffer.from(encoded.subarray(2)).toString());
    }

    /** The broker has accepted it, and has its session or not. */
    accepted(sessionPresent: boolean): void {
        this.wasAccepted = true;
        if (!sessionPresent) this.granted.clear();
    }

    /** Nothing has outlasted the loss of the RAM. */
    forget(): void {
        this.granted.clear();
        this.hasty = false;
        this.latest = null;
    }

    /** After each event: `connection` is what the client has. */
    check(connection: Connection | null): void {
        const { judge, latest } = this;
        if (latest && latest !== connection && !this.wasAccepted) this.granted.clear(); // That CONNECT may have begun a new session.
        if (latest !== connection) this.wasAccepted = false;
        if (latest && latest !== connection) this.hasty = latest.told && latest.ending && latest.connackHeld && latest.packets > 1;
        this.latest = connection;
        if (!connection) return;
        judge.require(!this.hasty || connection.delivered > 0 || connection.packets <= 1, 'remembered', 'something follows CONNECT on the connection after one that was ended for it');
        if (this.settings.cleanSession || this.granted.size === 0) return;
        for (const key of connection.keys) {
            const [name, filter] = key.split(' ');
            judge.require(name !== 'subscribe' || !this.granted.has(filter), 'remembered', `${key}, although the broker has granted it`);
        }
    }
}
