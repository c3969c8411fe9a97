// `embedded:network/dns/resolver/udp` of the virtual board: the shape of Moddable's resolver (SDK 8: examples/io/udp/dns). An
// address is its own answer; names are looked up in the board's configuration, `names`: an address, null (there is no such name),
// 'silence' (no server answers) or 'late' (an answer that comes after `close`, for 127.0.0.1).
import config from 'mc/config';
import Timer from 'timer';

interface Request {
    host: string;
    onResolved(host: string, address: string): void;
    onError(host: string): void;
}

class Resolver {
    /** All that were closed: a test asks. */
    static closed = 0;

    constructor(options: { servers: readonly string[]; socket: { io: unknown } }) {
        if (!options.socket.io) throw new Error('no UDP');
        // As there: the list is copied.
        options.servers.slice();
    }

    resolve({ host, onResolved, onError }: Request): void {
        const names = (config.names ?? {}) as Record<string, string | null>;
        const answer = host.split('.').length === 4 ? host : names[host] ?? null;
        if (answer === 'silence') return;
        Timer.set(() => {
            if (answer === null) onError.call(this, host);
            else onResolved.call(this, host, answer === 'late' ? '127.0.0.1' : answer);
        }, answer === 'late' ? 120 : 0);
    }

    close(): void {
        Resolver.closed++;
    }
}

export default Resolver;
