// A device of the soak as the host has it: the program that is the device, the proxy that breaks its link and the tap on what it
// publishes.
import { FaultProxy } from '../fault-proxy.ts';
import type { Faults, ProxyConnection } from '../fault-proxy.ts';
import type { DeviceSettings } from './device.ts';
import type { Launchers } from './launch.ts';
import { Runner } from './runner.ts';
import { PublishTap } from './tap.ts';
import { TlsFront } from './tls-front.ts';

/** Between two messages of a device, in ms. */
const INTERVAL = 50;

export interface Cast extends DeviceSettings {
    /** `tls`: Node, too. */
    readonly engine: Exclude<keyof Launchers, 'dispose'>;
}

export interface ActorOptions {
    readonly cast: Cast;
    readonly brokerPort: number;
    readonly launchers: Launchers;
    onRepeat(receiver: Actor, from: string, number: number): void;
    onFault(text: string): void;
}

export class Actor {
    readonly cast: Cast;
    readonly tap: PublishTap;
    /** For the connections to come. */
    readonly faults: Faults = {};
    proxy!: FaultProxy;
    runner!: Runner;
    private front: TlsFront | null = null;

    private constructor(cast: Cast, onFault: (text: string) => void) {
        this.cast = cast;
        this.tap = new PublishTap(`${cast.prefix}/${cast.name}/1`, cast.cleanSession, onFault);
    }

    static async start({ cast, brokerPort, launchers, onRepeat, onFault }: ActorOptions): Promise<Actor> {
        const ownFault = (text: string): void => onFault(`${cast.name}: ${text}`);
        const actor = new Actor(cast, ownFault);
        await actor.open(brokerPort);
        actor.runner = new Runner(launchers[cast.engine]!, { ...cast, port: actor.proxy.port, interval: INTERVAL }, {
            onRepeat: (from, number) => onRepeat(actor, from, number),
            onFault: ownFault,
        });
        return actor;
    }

    close(): void {
        this.runner.kill();
        this.proxy.stop();
        this.front?.stop();
    }

    private async open(brokerPort: number): Promise<void> {
        const overTls = this.cast.engine === 'tls';
        if (overTls) this.front = await TlsFront.start(() => brokerPort, () => this.tap.connection());
        const taps = new WeakMap<ProxyConnection, (bytes: Buffer) => void>();
        this.proxy = await FaultProxy.start({
            target: this.front?.port ?? brokerPort,
            faults: this.faults,
            onConnection: (connection) => void (overTls || taps.set(connection, this.tap.connection())),
            onBytes: (connection, direction, bytes) => {
                if (direction === 'up') taps.get(connection)?.(bytes);
            },
        });
    }
}
