// `system` of the virtual board: the global System with the deep sleep of an ESP8266, which ends the board. Whoever started it
// wakes it by starting it again.
const System = {
    /** `us`: for how long, in microseconds, as uint32. */
    deepSleep(us: number): void {
        trace(`deep sleep ${us >>> 0}\n`);
        Board.exit(0);
    },
};

Object.assign(globalThis, { System });

export default System;
