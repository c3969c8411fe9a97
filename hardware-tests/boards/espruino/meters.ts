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
    readonly growthPublishing: number;
    readonly growthReceiving?: number;
    readonly growthReconnecting?: number;
}

/** Messages, and reconnects, of a run. */
const PUBLISHES = 1000;
const MESSAGES = 1000;
/** Of a race: each client runs once in each, so that each meets a moment when the machine does little else. */
const ROUNDS = 21;
const RECONNECTS = 50;

/** A board that runs a client, and what watches it. */
class Bench {
    readonly board: EspruinoBoard;
    readonly proxy: FaultProxy;
    readonly observer: Observer;

    private constructor(board: EspruinoBoard, proxy: FaultProxy, observer: Observer) {
        this.board = board;
        this.proxy = proxy;
        this.observer = observer;
    }

    /** Lets `work` go on with a client that has connected to the broker at `brokerPort`. */
    static async with<T>(engine: Engine, flash: Buffer, subject: Subject, brokerPort: number, inMemory: boolean, work: (bench: Bench) => Promise<T>): Promise<T> {
        const proxy = await FaultProxy.start({ target: brokerPort });
        const observer = await Observer.connect({ port: brokerPort, filter: 'a/b' });
        const board = await bootEspruino(engine, flash);
        const bench = new Bench(board, proxy, observer);
        try {
            // The Linux build's flash is a file that it reads character by character: code there takes six times as long, and the
            // longer the code the longer. ESP32 and ESP8266 run it where it lies.
            for (const name of inMemory ? ['meter', subject.name] : []) {
                await board.evaluate(`(Modules.addCached("${name}",require("Storage").read("${name}")+" "),0)`);
            }
            await board.evaluate('(M=require("meter"),0)');
            await bench.ask(`${subject.start}(${JSON.stringify(subject.name)},${proxy.port})`);
            await until('it is connected', () => bench.said('connected ') !== undefined, 20);
            return await work(bench);
        } catch (error) {
            (error as Error).message += `\nThe board printed:\n${board.lines.slice(-20).join('\n')}`;
            throw error;
        } finally {
            await board.stop();
            observer.close();
            proxy.stop();
        }
    }

    async ask(expression: string): Promise<number> {
        return Number(await this.board.evaluate(`M.${expression}`));
    }

    /** The last line that starts so. */
    said(start: string): string | undefined {
        return this.board.lines.filter((line) => line.startsWith(start)).at(-1);
    }

    /** Publishes and returns how many ms it took. */
    async run(count: number): Promise<number> {
        const before = this.board.lines.length;
        const seen = this.observer.messages.length;
        await this.ask(`run(${count})`);
        await until('all are published', () => this.board.lines.slice(before).some((line) => line.startsWith('ran ')), 60);
        await until('all arrive', () => this.observer.messages.length >= seen + count, 20);
        return Number(this.said('ran ')?.slice(4));
    }

    /**
     * By how many variables `work` leaves more in use. What its first time makes once and for all is there before. An integer takes a
     * variable of its own from 8,192 on, where variables have 12 bytes from 1,024 on: what grows once is looked at again.
     */
    async growth(work: (times: number) => Promise<unknown>, times: number): Promise<number> {
        let before: number;
        let growth = 0;
        await work(1);
        for (let looks = 0; looks === 0 || (looks === 1 && growth > 0); looks++) {
            before = await settled(this.board);
            await work(times);
            growth = await settled(this.board) - before;
        }
        return growth;
    }

    async receive(messages: number): Promise<void> {
        const all = await this.ask('state.received') + messages;
        for (let count = 0; count < messages; count++) await this.observer.publish('in', 'abcdefghij0123456789');
        for (let tries = 0; await this.ask('state.received') < all && tries < 1000; tries++);
        const received = await this.ask('state.received');
        if (received < all) throw new Error(`${all - received} of ${messages} messages were not received`);
    }

    async reconnect(times: number): Promise<void> {
        const first = await this.ask('state.connected');
        for (let count = 1; count <= times; count++) {
            this.proxy.current?.cut(count % 2 ? 'fin' : 'rst');
            await until('it is connected again', () => this.said('connected ') === `connected ${first + count}`, 20);
            // Its subscription is answered.
            for (let tries = 0; tries < 1000 && await this.board.evaluate('M.state.client.safeToSleep') !== 'true'; tries++);
        }
    }
}

/** Runs one subject against the broker at `brokerPort`. `flash` holds it, and meter-main.ts as `meter`. */
export async function measure(engine: Engine, flash: Buffer, subject: Subject, brokerPort: number): Promise<Measured> {
    return Bench.with(engine, flash, subject, brokerPort, false, async (bench) => {
        const connected = await settled(bench.board) - await bench.ask('state.before');
        await bench.run(400);
        const counts = (await bench.board.evaluate('M.allocations()')).split(',').map(Number);
        return {
            loaded: await bench.ask('state.loaded-M.state.before'),
            connected,
            ...(counts.length === 4 && { allocated: counts[0] - counts[2], peak: counts[1] - counts[3] }),
            growthPublishing: await bench.growth(times => bench.run(times), PUBLISHES),
            ...(subject.receives && { growthReceiving: await bench.growth(times => bench.receive(times), MESSAGES) }),
            ...(subject.reconnects && { growthReconnecting: await bench.growth(times => bench.reconnect(times), RECONNECTS) }),
        };
    });
}

/** Publishes a second of each subject, one after the other in each round: the fastest, because what else the machine does only slows them down. */
export async function race(engine: Engine, flash: Buffer, subjects: readonly Subject[], brokerPort: number): Promise<number[]> {
    const times: number[][] = subjects.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
        for (const [index, subject] of subjects.entries()) {
            times[index].push(await Bench.with(engine, flash, subject, brokerPort, true, async (bench) => {
                await bench.run(PUBLISHES / 4);
                return bench.run(PUBLISHES);
            }));
        }
    }
    return times.map(each => Math.round(PUBLISHES * 1000 / Math.min(...each)));
}

/** Variables in use when nothing is under way any more: the least of a few looks. */
async function settled(board: EspruinoBoard): Promise<number> {
    const looks: number[] = [];
    for (let count = 0; count < 20; count++) looks.push(Number(await board.evaluate('M.used()')));
    return Math.min(...looks);
}
