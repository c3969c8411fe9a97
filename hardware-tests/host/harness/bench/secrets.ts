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

/** A function that hides both credentials in any text, also where they are quoted as JSON. */
export function hiderOf(network: Network | null): (text: string) => string {
    const words = network ? [network.password, network.ssid].filter(Boolean).flatMap(word => [word, JSON.stringify(word).slice(1, -1), encodeURIComponent(word)]) : [];
    // The longest first: one may be part of another.
    const sorted = [...new Set(words)].sort((a, b) => b.length - a.length);
    return text => sorted.reduce((hidden, word) => hidden.replaceAll(word, HIDDEN), text);
}
