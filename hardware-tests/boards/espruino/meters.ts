// Measures clients on Espruino's interpreter against a broker over TCP: variables, allocations, speed, growth.
import { FaultProxy } from '../../host/fault-proxy.ts';
import { Observer } from '../../host/observer.ts';
import { until } from '../../host/until.ts';
import { bootEspruino } from './board.ts';
import type { EspruinoBoard } from './board.ts';
import type { Engine } from './machine.ts';

/** A client's file: its name in Storage, and which of meter-main.ts's functions starts it. */
export interface Subject {
    readonly name: string;
    readonly start: 'motemq' | 'other';
    /** It subscribes, too. */
    readonly receives?: boolean;
    /** It connects again by itself. */
    readonly reconnects?: boolean;
}

/** Variables, unless it says otherwise. */
export interface Measured {
    readonly loaded: number;
    readonly connected: number;
    /** Of one publish() of 20 bytes with QoS 0; absent if the interpreter cannot count. */
    readonly allocated?: number;
    readonly peak?: number;
    readonly publishesPerSecond: number;
    readonly growthPublishing: number;
    readonly growthReceiving?: number;
    readonly growthReconnecting?: number;
}

/** Messages, and reconnects, of a run. */
const PUBLISHES = 1000;
const MESSAGES = 1000;
const RUNS = 5;
const RECONNECTS = 50;

/** Runs one subject against the broker at `brokerPort`. `flash` holds it, and meter-main.ts as `meter`. */
export async function measure(engine: Engine, flash: Buffer, subject: Subject, brokerPort: number): Promise<Measured> {
    const proxy = await FaultProxy.start({ target: brokerPort });
    const observer = await Observer.connect({ port: brokerPort, filter: 'a/b' });
    const board = await bootEspruino(engine, flash);
    const ask = async (expression: string): Promise<number> => Number(await board.evaluate(`M.${expression}`));
    const said = (start: string): string | undefined => board.lines.filter((line) => line.startsWith(start)).at(-1);
    const run = async (count: number): Promise<number> => {
        const before = board.lines.length;
        const seen = observer.messages.length;
        await ask(`run(${count})`);
        await until('all are published', () => board.lines.slice(before).some((line) => line.startsWith('ran ')), 60);
        await until('all arrive', () => observer.messages.length === seen + count, 20);
        return Number(said('ran ')?.slice(4));
    };
    const growth = async (work: () => Promise<unknown>): Promise<number> => {
        const before = await settled(board);
        await work();
        return await settled(board) - before;
    };
    try {
        await board.evaluate('(M=require("meter"),0)');
        await ask(`${subject.start}(${JSON.stringify(subject.name)},${proxy.port})`);
        await until('it is connected', () => said('connected ') !== undefined, 20);
        const connected = await settled(board) - await ask('state.before');
        await run(10);
        const counts = (await board.evaluate('M.allocations()')).split(',').map(Number);
        // The best of some: other processes of this machine slow them down.
        let ms = Infinity;
        for (let count = 0; count < RUNS; count++) ms = Math.min(ms, await run(PUBLISHES));
        return {
            loaded: await ask('state.loaded-M.state.before'),
            connected,
            ...(counts.length === 4 && { allocated: counts[0] - counts[2], peak: counts[1] - counts[3] }),
            publishesPerSecond: Math.round(PUBLISHES * 1000 / ms),
            growthPublishing: await growth(() => run(PUBLISHES)),
            ...(subject.receives && { growthReceiving: await growth(async () => {
                for (let count = 0; count < MESSAGES; count++) await observer.publish('in', 'abcdefghij0123456789');
                for (let tries = 0; await ask('state.received') < MESSAGES && tries < 1000; tries++);
                if (await ask('state.received') < MESSAGES) throw new Error(`${await ask('state.received')} of ${MESSAGES} messages were received`);
            }) }),
            ...(subject.reconnects && { growthReconnecting: await growth(async () => {
                const first = await ask('state.connected');
                for (let count = 1; count <= RECONNECTS; count++) {
                    proxy.current?.cut(count % 2 ? 'fin' : 'rst');
                    await until('it is connected again', () => said('connected ') === `connected ${first + count}`, 20);
                }
            }) }),
        };
    } catch (error) {
        (error as Error).message += `\nThe board printed:\n${board.lines.slice(-20).join('\n')}`;
        throw error;
    } finally {
        await board.stop();
        observer.close();
        proxy.stop();
    }
}

/** Variables in use when nothing is under way any more: the least of a few looks. */
async function settled(board: EspruinoBoard): Promise<number> {
    const looks: number[] = [];
    for (let count = 0; count < 20; count++) looks.push(Number(await board.evaluate('M.used()')));
    return Math.min(...looks);
}
