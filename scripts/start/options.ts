// The command line of `npm start`: what may be said, what it means, and what is wrong with it.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { dialectNamed, dialects } from '../../hardware-tests/boards/modem/dialects/index.ts';

const boards = ['xs', 'espruino', 'node'] as const;

export interface StartOptions {
    /** Null: an embedded broker. */
    readonly broker: { readonly host: string; readonly port: number } | null;
    /** `ca`: PEM; undefined trusts the authorities that Node comes with. */
    readonly tls: { readonly ca: string | undefined } | null;
    readonly user: string | undefined;
    readonly password: string | undefined;
    readonly count: number;
    /** Undefined: the virtual board if this machine can have one. */
    readonly board: typeof boards[number] | undefined;
    /** Name of the emulated modem that the virtual board is behind; undefined: none. */
    readonly modem: string | undefined;
}

/** What the user must change; its message says how. */
export class UsageError extends Error {}

/** Fewer readings are over before the link has been cut twice. */
const LEAST = 10;
/** Behind a modem: the readings that are taken while it looks for the network go out at once, and both cuts need some behind them. */
const LEAST_BEHIND_MODEM = 20;

export const HELP = `npm start -- [options]

Shows motemq at work: a node publishes readings (QoS 1) while the link to its broker is cut twice, and an independent
subscriber counts what arrives. Ends by itself.

  exit code 0   every reading was delivered and both cuts were survived
            1   something was lost
            2   it could not be tried: wrong options, no broker

Without options everything runs on this machine: an embedded broker, and as the node a virtual board with the real XS engine
of Moddable (it takes a C compiler; without one the node runs on Node).

  --count N            readings to publish, at least ${LEAST}, behind a modem ${LEAST_BEHIND_MODEM}; default 60
  --board xs|espruino|node
                       where the node runs. Espruino: on the interpreter that ESPRUINO_BIN names; without one, on a model of it
  --modem NAME         the virtual board reaches the broker through an emulated cellular modem: ${dialects.map(({ name }) => name).join(', ')}
  --broker HOST[:PORT] a broker of yours instead; port 1883, or 8883 with --tls. The node still goes through a proxy on this
                       machine that makes the cuts and counts the bytes. The topic is new for each run and not retained.
  --tls                speak TLS with it (the node then runs on Node: the virtual board has no TLS)
  --ca FILE            certificates (PEM) of the authorities to trust, instead of the well-known ones; implies --tls
  --user NAME          user name
  --password-file FILE its first line is the password; or put the password into the environment as MOTEMQ_PASSWORD. It is no
                       option: lists of processes and npm itself would show it
  --help               this text

  npm start -- --broker 192.168.1.10
  MOTEMQ_PASSWORD=... npm start -- --broker broker.example:8883 --tls --user node7 --count 200
`;

function isBoard(text: string): text is typeof boards[number] {
    return (boards as readonly string[]).includes(text);
}

function brokerOf(text: string, secure: boolean): { host: string; port: number } {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(text) ?? [];
    const host = bracketed ?? plain;
    const port = digits === undefined ? (secure ? 8883 : 1883) : Number(digits);
    if (host === undefined || port < 1 || port > 65535) {
        throw new UsageError(`--broker is HOST, HOST:PORT or [IPv6]:PORT with a port from 1 to 65535, not '${text}'`);
    }
    return { host, port };
}

/** What the arguments say, or null for --help. Throws a UsageError. */
export function parseOptions(parameters: readonly string[], environment: Readonly<Record<string, string | undefined>>): StartOptions | null {
    let values;
    try {
        ({ values } = parseArgs({
            args: [...parameters],
            options: {
                broker: { type: 'string' }, tls: { type: 'boolean' }, ca: { type: 'string' }, user: { type: 'string' },
                'password-file': { type: 'string' }, count: { type: 'string' }, board: { type: 'string' }, modem: { type: 'string' }, help: { type: 'boolean', short: 'h' },
            },
        }));
    } catch (error) {
        throw new UsageError((error as Error).message);
    }
    if (values.help) return null;
    const secure = values.tls === true || values.ca !== undefined;
    const { board, user, modem } = values;
    const count = Number(values.count ?? 60);
    const passwordFile = values['password-file'];
    const least = modem === undefined ? LEAST : LEAST_BEHIND_MODEM;
    if (!Number.isInteger(count) || count < least || count > 1_000_000) throw new UsageError(`--count is a number from ${least} to 1000000, not '${values.count}'`);
    if (board !== undefined && !isBoard(board)) throw new UsageError(`--board is xs, espruino or node, not '${board}'`);
    if (modem !== undefined && !dialectNamed(modem)) throw new UsageError(`--modem is ${dialects.map(({ name }) => name).join(', ')}, not '${modem}'`);
    if (modem !== undefined && (secure || (board !== undefined && board !== 'xs'))) throw new UsageError(`the modem is at the virtual board, over TCP: leave ${secure ? '--tls' : `--board ${board}`} out`);
    if (values.broker === undefined && (secure || user !== undefined || passwordFile !== undefined)) {
        throw new UsageError('--tls, --ca, --user and --password-file are for a broker of yours: name it with --broker');
    }
    if (passwordFile !== undefined && user === undefined) throw new UsageError('a password needs a user name: --user');
    if (secure && board !== undefined && board !== 'node') throw new UsageError(`there is no TLS on this board: leave --board ${board} out, or --tls`);
    if (values.ca !== undefined && !existsSync(values.ca)) throw new UsageError(`there is no file '${values.ca}' (--ca)`);
    if (passwordFile !== undefined && !existsSync(passwordFile)) throw new UsageError('there is no file of this name (--password-file)');
    const broker = values.broker === undefined ? null : brokerOf(values.broker, secure);
    if (secure && broker !== null && isIP(broker.host) !== 0 && broker.host !== '127.0.0.1') {
        throw new UsageError('with --tls name the broker as its certificate does: the node reaches it through a proxy, which a certificate for an IP address does not name');
    }
    // The first line: editors end a file with a line feed.
    const password = passwordFile === undefined ? environment['MOTEMQ_PASSWORD'] : readFileSync(passwordFile, 'utf8').split(/\r?\n/, 1)[0];
    return {
        broker, count, user, modem, board: secure ? 'node' : modem === undefined ? board : 'xs',
        tls: secure ? { ca: values.ca === undefined ? undefined : readFileSync(values.ca, 'utf8') } : null,
        password: user === undefined ? undefined : password,
    };
}

/** What is new in each run: the topic, and the client identifiers. */
export function names(): { topic: string; node: string; subscriber: string } {
    const run = randomBytes(4).toString('hex');
    return { topic: `motemq/${run}/reading`, node: `motemq-node-${run}`, subscriber: `motemq-seen-${run}` };
}
