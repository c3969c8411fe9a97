// A board from power-up to power cut: its RAM with the client in it, its clock, and the application that runs on it. Of all this
// nothing outlasts a power cut: the next board has the same client identifier and knows nothing.
// A cut inside an event needs no case of its own: what the client had not flushed is lost, what it had may arrive or not.
import { Client, Subscription, Topic } from '../../../src/index.ts';
import { Application } from './application.ts';
import { SimulatedClock } from './clock.ts';
import { loadOnEspruino } from './espruino.ts';
import { valuesHeld } from './held.ts';
import type { World } from './world.ts';

const POISON = 0xd5;
/** Guard bytes on each side of a buffer. */
const AROUND = 16;

export class Board {
    readonly clock: SimulatedClock;
    readonly application: Application;
    readonly client: Client;
    /** Ends an event. */
    readonly idle: () => void;
    private readonly world: World;
    private readonly memory: Uint8Array;
    private readonly sendBuffer: Uint8Array;
    /** True for what belongs to others: the client may point to it. */
    private readonly isLent: (value: object) => boolean;
    private readonly heldAtFirst: number;

    constructor(world: World) {
        const { judge, script, settings, link } = world;
        this.world = world;
        this.clock = new SimulatedClock(judge, script, settings.clockOrigin, settings.clockSigned);
        const library = world.file ? loadOnEspruino(world.file, world, this.clock) : { Client, Subscription, Topic, idle() {} };
        this.idle = library.idle;
        this.application = new Application(world, this.clock, library);
        const size = settings.sendBuffer;
        this.memory = new Uint8Array(size + settings.receiveBuffer + 3 * AROUND).fill(POISON);
        this.sendBuffer = this.memory.subarray(AROUND, AROUND + size);
        const receiveBuffer = this.memory.subarray(size + 2 * AROUND, size + 2 * AROUND + settings.receiveBuffer);
        const options = {
            ...settings, clientId: 'client', platform: this.clock, transport: link, sendBuffer: this.sendBuffer, receiveBuffer,
            ...(settings.changingCredentials ? { connectSize: 36 } : {}),
            ...this.application.callbacks(),
        };
        this.client = this.application.client = new library.Client(options);
        const lent = new Set<object>([options, this.clock, link, this.sendBuffer, receiveBuffer, ...this.application.subscriptions]);
        this.isLent = value => lent.has(value) || link.lent.has(value);
        this.heldAtFirst = valuesHeld(this.client, this.isLent);
    }

    /** Nothing was written beside the buffers. */
    checkMemory(): void {
        const { world: { judge }, memory, sendBuffer } = this;
        for (let index = 0; index < AROUND; index++) {
            const intact = memory[index] === POISON && memory[AROUND + sendBuffer.length + index] === POISON && memory[memory.length - 1 - index] === POISON;
            judge.require(intact, 'memory', 'memory outside of a buffer is written to');
        }
    }

    /** The client holds no more than when it was new. */
    checkHeld(): void {
        const held = valuesHeld(this.client, this.isLent);
        // One more: the place for the subscription that it asks for, whose array is empty at first.
        this.world.judge.require(held <= this.heldAtFirst + 1, 'memory', `the client holds ${held} values, ${this.heldAtFirst} at the beginning`);
    }
}
