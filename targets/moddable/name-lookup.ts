// Resolves the broker's name within a deadline, over a resolver of ECMA-419 (`embedded:network/dns/resolver/udp`). One look-up
// at a time; what comes after its end or `cancel` is ignored. Knows resolvers, one timer and reasons.
import Timer from 'timer';
import { misuse } from '../../src/misuse.ts';
import { NAME_NOT_RESOLVED, NAME_TIMEOUT } from '../../src/reasons.ts';
import { BROKER } from './network-memory.ts';
import type { NetworkMemory } from './network-memory.ts';
import { checkClass, guarded } from './guarded.ts';
import type { IoClass } from './guarded.ts';
import { report } from './report.ts';

/** A resolver, as Moddable's SDK 8 has it. `close` ends it; it may do so late, or not be there. */
export interface Resolver {
    resolve(request: { host: string; onResolved(host: string, address: string): void; onError(host: string): void }): void;
    close?(): void;
}

/** The class of the resolvers and what each is made with: the `dns` of a Moddable provider, `{ io, servers, socket: { io: UDP } }`. */
export interface Dns {
    readonly io: new (options: never) => Resolver;
    /** IP addresses of name servers. */
    readonly servers?: readonly string[];
    readonly socket?: { readonly io: IoClass };
    /** How long an answer may take, in ms. 8,000 if left out. */
    readonly timeout?: number;
    /** Knows the answer from an earlier connection: then no name server is asked. It is of one name alone. */
    readonly memory?: NetworkMemory;
}

/** Longest time in ms without an answer. */
const PATIENCE = 8000;

export class NameLookup {
    private readonly io: new (options: never) => Resolver;
    private readonly options: object;
    private readonly timeout: number;
    private readonly memory: NetworkMemory | undefined;
    private readonly done: (address: string, reason: number) => void;
    private resolver: Resolver | null = null;
    private timer: ReturnType<typeof Timer.set> | null = null;

    /** `done`: told the address and 0, or '' and why there is none. Not during `start`, unless the answer is remembered or the resolver answers at once. Throws on what is no class, and on a timeout that cannot be. */
    constructor(dns: Dns, done: (address: string, reason: number) => void) {
        this.io = dns.io;
        this.timeout = dns.timeout ?? PATIENCE;
        this.memory = dns.memory;
        checkClass(dns.io);
        if (dns.socket) checkClass(dns.socket.io);
        if (!(this.timeout > 0)) misuse(MOTEMQ_TEXTS ? 'dns.timeout is a number of ms' : 'timeout', this.timeout);
        this.done = done;
        // A packet that the resolver cannot parse, anybody's on the network, throws in a socket's callback.
        const socket = dns.socket && guarded(dns.socket.io, error => report('a name server\'s answer', error), undefined);
        this.options = Object.assign({}, dns, dns.socket && { socket: Object.assign({}, dns.socket, { io: socket }) });
    }

    start(host: string): void {
        this.cancel();
        if (this.memory && this.memory.take(BROKER)) return this.done(this.memory.broker, 0);
        try {
            const resolver = new this.io(this.options as never);
            this.resolver = resolver;
            this.timer = Timer.set(() => this.finish(resolver, '', NAME_TIMEOUT), this.timeout); // dialect-ok: once a look-up
            resolver.resolve({
                host,
                onResolved: (_host, address) => this.finish(resolver, address, address ? 0 : NAME_NOT_RESOLVED), // dialect-ok: likewise
                onError: () => this.finish(resolver, '', NAME_NOT_RESOLVED), // dialect-ok: likewise
            });
        } catch (error) {
            report('no name resolver', error);
            this.cancel();
            this.timer = Timer.set(() => this.finish(null, '', NAME_NOT_RESOLVED), 0); // dialect-ok: likewise
        }
    }

    /** Nothing is told any more. */
    cancel(): void {
        const resolver = this.resolver;
        this.resolver = null;
        if (this.timer) Timer.clear(this.timer);
        this.timer = null;
        if (resolver && resolver.close) {
            try {
                resolver.close();
            } catch (error) {
                report('a name resolver did not close', error);
            }
        }
    }

    private finish(resolver: Resolver | null, address: string, reason: number): void {
        // An answer that comes late is nobody's. A look-up that could not begin has a timer only.
        if (!this.timer || resolver !== this.resolver) return;
        this.cancel();
        if (this.memory) this.memory.broker = address;
        this.done(address, reason);
    }
}
