// What may not get into a log, a report or a terminal: the credentials of the network that boards join.

export interface Network {
    readonly ssid: string;
    readonly password: string;
}

const HIDDEN = '***';

/** The network of the environment (MOTEMQ_WIFI_SSID, MOTEMQ_WIFI_PASSWORD); null if it names none. */
export function networkOf(environment: NodeJS.ProcessEnv): Network | null {
    const ssid = environment['MOTEMQ_WIFI_SSID'];
    return ssid ? { ssid, password: environment['MOTEMQ_WIFI_PASSWORD'] ?? '' } : null;
}

/** How `word` may stand in what a board prints: plain, in JSON, in an address, and with its bytes beyond ASCII as engines and our own console write them. */
function formsOf(word: string): string[] {
    const quoted = JSON.stringify(word).slice(1, -1);
    const bytes = (text: string, prefix: string): string => Buffer.from(text).toString('latin1').replace(/[\x80-\xff]/g, byte => prefix + byte.charCodeAt(0).toString(16));
    const escaped = [word, quoted].flatMap(text => [bytes(text, '\\x'), bytes(text, '\\u00')]);
    return [word, quoted, encodeURIComponent(word), ...escaped, ...escaped.map(text => text.replace(/(?<=\\(?:x|u00))[0-9a-f]{2}/g, digits => digits.toUpperCase()))];
}

/** A function that hides both credentials in any text. */
export function hiderOf(network: Network | null): (text: string) => string {
    const words = network ? [network.password, network.ssid].filter(Boolean).flatMap(formsOf) : [];
    // The longest first: one may be part of another.
    const sorted = [...new Set(words)].sort((a, b) => b.length - a.length);
    return text => sorted.reduce((hidden, word) => hidden.replaceAll(word, HIDDEN), text);
}
