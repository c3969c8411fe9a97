// `system` of the virtual board: the global System with the deep sleep of an ESP8266, which ends the board. Whoever started it
// wakes it by starting it again.
import { flash } from './key-value.ts';

const System = {
    /** `us`: for how long, in microseconds, as uint32. */
    deepSleep(us: number): void {
        // An empty flash is nothing to hand over.
        if (Object.keys(flash).length) trace(`flash ${JSON.stringify(flash)}\n`);
        trace(`deep sleep ${us >>> 0}\n`);
        Board.exit(0);
    },
};

Object.assign(globalThis, { System });

export default System;
