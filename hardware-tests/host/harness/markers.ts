// What a line of a board's console means for the host: the board has crashed, restarted, waits in its loader. Knows what the ROMs of
// Espressif's chips, Espruino and Moddable print; nothing of ports.

export type Marker =
    /** The board's firmware has crashed, or XS has given up; a restart follows. */
    | 'panic'
    /** The supply voltage fell; a restart follows, or was caused by it. */
    | 'brownout'
    /** The board waits in its loader: the application does not run. */
    | 'loader'
    /** The chip has woken from deep sleep: a restart that was asked for. An ESP8266 shows it as `reboot`, since its timer pulls RST. */
    | 'wake'
    /** The board, or its JavaScript engine, has started anew. */
    | 'reboot'
    /** The application threw; the engine goes on. */
    | 'exception'
    /** Unreadable: the speed is wrong, or the line is disturbed. The banner of an ESP8266's ROM, at 74880 baud, is so at any other speed. */
    | 'garbage'
    /** Espruino waits for a line. */
    | 'prompt';

/** In this order: one line may name a brown-out as the reason of a restart. */
const table: readonly (readonly [Marker, RegExp])[] = [
    ['brownout', /brown-?out detector|BROWN_?OUT_R(?:E)?ST|BROWN_OUT_RESET/i],
    ['panic', /Guru Meditation Error|^abort\(\) was called|^assert failed|\*\*\*ERROR\*\*\* A stack overflow|^Fatal exception|^Exception \(\d+\):|task watchdog got triggered|CORRUPT HEAP|^XS abort|^ASSERT(?:ION)? ?(?:FAILED|\()|^HARD FAULT/i],
    ['loader', /^waiting for download|DOWNLOAD[_(]|boot mode:\(1,/],
    ['wake', /DEEPSLEEP_RESET|DSLEEP/],
    ['reboot', /^ets (?:Jun|Jan|Jul)|^ESP-ROM:|\brst:0x|rst cause:|\(c\) \d{4} G\.Williams|^Espruino is Open Source/],
    ['exception', /^Uncaught |^OUT OF MEMORY|^New interpreter error|^# Exception:|^# Break:|^Execution Interrupted/],
];

/** What `text`, a line without its end, means; null: nothing but itself. */
export function markerOf(text: string): Marker | null {
    const found = table.find(([, pattern]) => pattern.test(text));
    if (found) return found[0];
    const unreadable = text.match(/\\x[0-9a-f]{2}/g)?.length ?? 0;
    return unreadable >= 4 && unreadable * 4 > (text.length - unreadable * 3) ? 'garbage' : null;
}
