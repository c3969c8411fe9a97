// The scenarios as tests of a board: what a run's program is made of, whichever engine it is for. Board dialect.
import type { Platform, Transport } from '../../src/index.ts';
import { makeScenario } from './every.ts';
import { receiveBuffer } from './scenario.ts';
import type { Parameters } from './scenario.ts';
import { Tap } from './tap.ts';
import type { Bench, Order } from './tap.ts';

/** Whose text is replaced by a sum over the program, once it is compiled. */
export const IMAGE = 'motemq-image-00000000';

/** What the host says to a board with this program. */
export interface BoardOrder extends Order, Parameters {
    /** Where the broker is, as the board sees it. */
    readonly address: string;
    readonly port: number;
    /** With `hello`: the network to join first. */
    readonly ssid?: string;
    readonly wifiPassword?: string;
}

/** What a client is made of. */
export interface Link {
    readonly transport: Transport;
    readonly platform: Platform;
    readonly sendBuffer: Uint8Array;
    /** What its client receives `size` bytes in; a new array if absent. */
    receiveBuffer?(size: number): Uint8Array;
    /** Called once its client is stopped for good. */
    release(): void;
}

export interface World extends Bench {
    /** A new link to the broker at `address`. */
    link(address: string, port: number): Link;
    /** Sleeps deeply, and starts anew; null: it cannot. */
    readonly sleep: ((ms: number) => void) | null;
    /** Joins a network, and calls back with what went wrong, or an empty text; null: it needs none. */
    readonly join: ((ssid: string, password: string, onEnd: (failure: string) => void) => void) | null;
}

/** Starts the program. What is returned takes each line of the host's, taken apart. */
export function startBench(world: World): (order: BoardOrder) => void {
    let before: Link | null = null;
    const tap = new Tap<BoardOrder>(world, IMAGE, (order) => {
        if (before) before.release();
        const link = world.link(order.address, order.port);
        before = link;
        const scenario = makeScenario({
            transport: link.transport,
            platform: link.platform,
            sendBuffer: link.sendBuffer,
            receiveBuffer: size => receiveBuffer(link, size),
            parameters: order,
            report: line => tap.note(order, line),
            ask: (command, onAnswer) => tap.ask(order, command, onAnswer),
            now: () => world.now(),
            memory: () => world.memory(),
            sleep: world.sleep,
            ended: (failure, skip) => tap.end(order, failure, skip),
        });
        scenario.start();
        return scenario;
    });
    let joined = false;
    let joining = false;
    return (order) => {
        if (!order.ssid || !world.join || joined) return tap.hear(order);
        // The host says it again and again until it is answered.
        if (joining) return;
        joining = true;
        world.join(order.ssid, order.wifiPassword as string, (failure) => {
            joining = false;
            joined = !failure;
            if (failure) world.print('# motemq has no network: ' + failure);
            else tap.hear(order);
        });
    };
}
