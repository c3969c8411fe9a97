// One run: broker, proxy, subscriber and node are started, watched and ended; what they did is judged.
import type { Progress } from '../../examples/telemetry-node/progress.ts';
import { findEspruino, interpreterAt, model as modelOfEspruino } from '../../hardware-tests/boards/espruino/machine.ts';
import { xsEngine } from '../../hardware-tests/boards/xs/build.ts';
import { dialectNamed } from '../../hardware-tests/boards/modem/dialects/index.ts';
import { tcpPort } from '../../hardware-tests/boards/modem/ends.ts';
import { Broker } from '../../hardware-tests/host/broker.ts';
import { FaultProxy } from '../../hardware-tests/host/fault-proxy.ts';
import { until } from '../../hardware-tests/host/until.ts';
import { reasonText } from '../../src/session/reason-texts.ts';
import { startBoard } from './boards.ts';
import type { Engines } from './boards.ts';
import { Cuts } from './cuts.ts';
import { Screen, cutText, statusLine, summary } from './display.ts';
import { UsageError, names } from './options.ts';
import type { StartOptions } from './options.ts';
import { BrokerError, Subscriber } from './subscriber.ts';
import { judge } from './verdict.ts';

/** Between two readings, in ms. */
const INTERVAL = 50;
/** Over a modem, whose way to the network takes a second or two: the cuts come between readings. */
const MODEM_INTERVAL = 250;
/** A modem that takes so long for a command and for its start, in ms: real ones take ten times as long. */
const QUICK_MODEM = { least: 1, most: 5, boot: 300 };
/** How long nothing may move before a run is given up, in s. */
const STANDSTILL = 15;
/** How long the subscriber may lag behind the node, in s. */
const LAG = 5;

/** Nothing has moved for too long, or the user wants no more. */
class GivenUp extends Error {
    constructor(message: string, readonly code: number) {
        super(message);
    }
}

async function chooseEngine(options: StartOptions, say: (line: string) => void): Promise<Engines> {
    if (options.board === 'node') return {};
    if (options.board === 'espruino') {
        const found = findEspruino();
        if ('path' in found) return { espruino: interpreterAt(found.path) };
        say(`The node runs on a model of Espruino, because ${found.because}.`);
        return { espruino: modelOfEspruino };
    }
    const engine = await xsEngine({ report: say });
    if (engine.available) return { xs: engine };
    if (options.board === 'xs') throw new UsageError(`there is no virtual board: ${engine.because}`);
    say(`There is no virtual board, because ${engine.because}. The node runs on Node instead.`);
    return {};
}

/** Runs it and returns the exit code. `signal` ends it early. */
export async function run(options: StartOptions, stream: NodeJS.WriteStream, signal: AbortSignal): Promise<number> {
    const screen = new Screen(stream);
    const endings: (() => unknown)[] = [];
    try {
        return await play(options, screen, signal, endings);
    } catch (error) {
        if (error instanceof GivenUp) {
            screen.say(error.message);
            return error.code;
        }
        if (!(error instanceof UsageError || error instanceof BrokerError)) throw error;
        screen.say(`npm start: ${error.message}`);
        return 2;
    } finally {
        for (let end = endings.pop(); end !== undefined; end = endings.pop()) await end();
    }
}

async function play(options: StartOptions, screen: Screen, signal: AbortSignal, endings: (() => unknown)[]): Promise<number> {
    const { count, tls, user, password } = options;
    const engines = await chooseEngine(options, line => screen.say(line));
    let address = options.broker;
    if (address === null) {
        const broker = await Broker.start();
        endings.push(() => broker.stop());
        address = { host: '127.0.0.1', port: broker.port };
    }
    const { host, port } = address;
    const { topic, node: clientId, subscriber: subscriberId } = names();
    const where = engines.xs ? 'virtual board: Moddable\'s XS engine with the memory of an ESP32' : engines.espruino?.name ?? `Node ${process.versions.node}`;
    screen.say(`node        ${where}, ${count} readings at QoS 1`);
    screen.say(`broker      ${options.broker ? 'at' : 'embedded (aedes), at'} ${host}:${port}${tls ? ', TLS' : ''}; topic ${topic}`);
    const subscriber = await Subscriber.start({ host, port, tls, user, password, topic, clientId: subscriberId }).catch((error: Error) => {
        throw new BrokerError(`no broker to work with at ${host}:${port}: ${error.message}`);
    });
    endings.push(() => subscriber.stop());

    let progress: Progress | null = null;
    let moved = performance.now();
    const wire = { up: 0, down: 0 };
    const cuts = new Cuts(count, () => progress?.published ?? 0, () => progress?.resent ?? 0);
    const proxy = await FaultProxy.start({ target: port, host, onBytes: (connection, direction, bytes) => {
        wire[direction] += bytes.length;
        cuts.onBytes(connection, direction, bytes);
    } });
    endings.push(() => proxy.stop());
    const modem = options.modem === undefined ? null : await tcpPort({ dialect: dialectNamed(options.modem)!, cell: { delay: 500 }, pace: QUICK_MODEM }, 0);
    if (modem) {
        endings.push(() => modem.stop());
        const { model, manufacturer } = modem.emulator.modem.dialect;
        screen.say(`modem       ${model} by ${manufacturer}, emulated, at the board's serial port with 115200 baud`);
    }
    const settings = {
        topic, clientId, count, userName: user, password, address: '127.0.0.1', port: proxy.port, interval: modem ? MODEM_INTERVAL : INTERVAL, modem: options.modem,
        ...(tls && { tls: { servername: host === '127.0.0.1' ? undefined : host, ca: tls.ca } }),
    };
    const board = await startBoard(engines, settings, next => {
        const before = cuts.survived;
        cuts.connected(next.connections);
        if (next.acknowledged !== progress?.acknowledged || next.connections !== progress.connections) moved = performance.now();
        progress = next;
        if (cuts.survived > before) screen.say(`cut ${cuts.survived}: ${cutText(cuts.made[cuts.survived - 1], next.resent - cuts.made[cuts.survived - 1].resentBefore)}`);
        screen.show(statusLine(next, count, subscriber.seen.size, wire));
    }, modem ? Number(modem.address.split(':')[1]) : undefined);
    endings.push(() => board.stop());
    const latest = (): Progress | null => progress;
    const boardCode = await new Promise<number>((resolve, reject) => {
        board.end.then(resolve, reject);
        const timer = setInterval(() => {
            if (signal.aborted) reject(new GivenUp('stopped', 130));
            if (performance.now() - moved <= STANDSTILL * 1000) return;
            const { closeReason = 0, connections = 0 } = latest() ?? {};
            reject(new GivenUp(`nothing has moved for ${STANDSTILL} s: ${reasonText(closeReason)} ${board.remarks()}`.trim(), connections > 0 ? 1 : 2));
        }, 20);
        endings.push(() => clearInterval(timer));
    });
    // A broker may deliver later than it acknowledges.
    await until('the subscriber has seen all', () => signal.aborted || subscriber.seen.size >= count, LAG).catch(() => {});
    if (signal.aborted) throw new GivenUp('stopped', 130);
    const end = latest();
    if (end === null) throw new GivenUp(`the node ended before it began: ${board.remarks()}`, 1);
    const outcome = {
        count, published: end.published, acknowledged: end.acknowledged, seen: subscriber.seen, unreadable: subscriber.unreadable,
        cuts: cuts.made.length, survived: cuts.survived, boardCode,
    };
    const verdict = judge(outcome);
    screen.say('');
    for (const line of summary(outcome, verdict, cuts.made, end, wire)) screen.say(line);
    if (boardCode !== 0) screen.say(board.remarks());
    return verdict.ok ? 0 : 1;
}
