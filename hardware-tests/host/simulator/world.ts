// What a board and its application meet: what outlasts a power cut of theirs.
import type { EspruinoFile } from './espruino.ts';
import type { Judge } from './judge.ts';
import type { Ledger } from './ledger.ts';
import type { SimulatedLink } from './link.ts';
import type { Script } from './script.ts';
import type { Settings } from './settings.ts';
import type { WireWitness } from './wire-witness.ts';

export interface World {
    readonly judge: Judge;
    readonly script: Script;
    readonly settings: Settings;
    /** The client's file, if it is one made for Espruino; null: it is that of src. */
    readonly file: EspruinoFile | null;
    readonly link: SimulatedLink;
    readonly witness: WireWitness;
    /** Messages to the broker, and from it. */
    readonly up: Ledger;
    readonly down: Ledger;
}
