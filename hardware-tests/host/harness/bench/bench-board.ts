// A board as a run sees it, whatever it is: real, emulated, a process.
import type { Port } from '../port.ts';
import type { Image } from './images.ts';

/** Has the program hear an order, which is JSON. May be called again before it has resolved. */
export type Tell = (order: string) => Promise<void>;

export interface BenchBoard {
    readonly name: string;
    /** Others may want it at the same time: it is locked by its name. */
    readonly isShared: boolean;
    /** As people name it. */
    readonly port: string;
    readonly chip: string;
    /** Compiles the program for it. */
    readonly program: () => Promise<Image>;
    /** Baud of the program's console. */
    readonly baud: number;
    /** Of this machine, as the board reaches it. */
    readonly address: string;
    /** It has to join a network first. */
    readonly needsNetwork: boolean;
    /** Whatever became of it, it may be there again when it is opened: it is a process that is started anew. */
    readonly comesBack: boolean;
    /** By which an emulator says that it has broken by itself, which is no fault of a test, and may come often; null: it does not. */
    readonly ownDefect: RegExp | null;
    /** Opens the way to it. Refuses where there is none. */
    open(): Promise<Port>;
    /** Puts `image` on it unless it is there. Returns what was done. `say` gets the steps. */
    load(port: Port, image: Image, say: (step: string) => void): Promise<string>;
    /** Starts the program anew, whatever it does now. `hear` gets what the board prints from then on. */
    start(port: Port, hear: (bytes: Uint8Array) => void): Promise<Tell>;
    /** Takes the power away and gives it back, from the adapter perhaps, too: `port`, if it is open, may be another one afterwards. Null: nothing here can. */
    readonly powerCycle: ((port: Port | null) => Promise<void>) | null;
    /** The run is over: what only exists for it ends. */
    end(): void;
}
