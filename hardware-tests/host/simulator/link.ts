// The simulated transport and the network behind it: bytes move when the scheduler says so, in pieces of any size, and the link
// breaks in every way a link can. Knows the contract of transport.ts; packets only as places in a stream.
import { CONNECT_FAILED, CONNECTION_LOST } from '../../../src/reasons.ts';
import type { Transport, TransportOwner } from '../../../src/transport.ts';
import { Connection } from './connection.ts';
import type { Frame } from './connection.ts';
import type { Judge } from './judge.ts';
import { describe } from './packets.ts';
import type { Script } from './script.ts';
import type { Settings } from './settings.ts';
import type { WireWitness } from './wire-witness.ts';

/** The ends of the link, as the simulation plays them. */
export interface LinkEnds {
    /** The broker has got a packet whole. */
    arrived(connection: Connection, frame: Frame): void;
    /** The broker learns that a connection is over. */
    lost(connection: Connection): void;
    /** The client is about to get these packets whole. */
    delivering(connection: Connection, frames: readonly Frame[]): void;
    /** It has got them. */
    delivered(connection: Connection, frames: readonly Frame[]): void;
}

export class SimulatedLink implements Transport {
    /** The connection that the client has open or waits for. */
    connection: Connection | null = null;
    /** The one before, of which bytes may still reach the broker. */
    former: Connection | null = null;
    /** False: no connection is made, however long one waits for it. */
    reachable = true;
    ends!: LinkEnds;
    /** What the client was lent, to read during a call. */
    readonly lent = new WeakSet<object>();
    private owner: TransportOwner | null = null;
    private count = 0;
    private readonly judge: Judge;
    private readonly script: Script;
    private readonly settings: Settings;
    private readonly witness: WireWitness;

    constructor(judge: Judge, script: Script, settings: Settings, witness: WireWitness) {
        this.judge = judge;
        this.script = script;
        this.settings = settings;
        this.witness = witness;
    }

    open(owner: TransportOwner): void {
        this.judge.require(!this.connection, 'contract', 'a connection is opened beside another');
        this.connection = new Connection(++this.count, this.settings.capacity);
        this.owner = owner;
        this.judge.note('wire', `${this.count} opening`);
        if (this.script.chance(this.settings.hastyOpens)) {
            this.judge.fault('open ends inside the call');
            if (this.script.below(2)) this.fail();
            else this.succeed();
        }
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        const connection = this.connection;
        if (!connection?.opened) {
            this.judge.fail('contract', 'a write without a connection');
            return 0;
        }
        this.judge.require(start >= 0 && start < end && end <= bytes.length, 'contract', `a write of bytes ${start} to ${end} of ${bytes.length}`);
        let taken = Math.min(end - start, connection.room);
        if (taken > 0 && this.script.chance(this.settings.partialWrites)) {
            taken -= 1 + this.script.below(taken);
            this.judge.fault('partial write');
        }
        connection.room -= taken;
        if (taken < end - start) connection.owesWritable = true;
        this.witness.taken(connection, bytes, start, start + taken);
        return taken;
    }

    flush(): void {
        const connection = this.connection;
        if (!connection?.opened) return this.judge.fail('contract', 'a flush without a connection');
        if (connection.flushed !== connection.taken) connection.lastFlush = this.judge.time;
        connection.flushed = connection.taken;
    }

    close(): void {
        const connection = this.connection;
        this.connection = this.owner = null;
        if (!connection) return;
        this.judge.note('wire', `${connection.number} ended by the client`);
        this.over(connection);
        if (!connection.opened || connection.silent || connection.broken) return;
        this.former = connection;
    }

    /** The connection is made. */
    succeed(): void {
        this.connection!.opened = true;
        this.judge.note('wire', `${this.count} open`);
        this.owner!.onOpen();
    }

    /** The connection cannot be made, or the client is told that it has ended. */
    fail(): void {
        const { owner, connection } = this;
        const reason = connection!.opened ? CONNECTION_LOST : CONNECT_FAILED;
        this.connection = this.owner = null;
        connection!.told = true;
        this.over(connection!);
        this.judge.note('wire', `${connection!.number} is gone for the client`);
        owner!.onClose(reason);
    }

    /** There is room for `bytes` again. */
    drain(bytes: number): void {
        this.connection!.room = bytes;
        this.connection!.owesWritable = false;
        this.owner!.onWritable();
    }

    /** `bytes` more reach the broker. */
    carryUp(connection: Connection, bytes: number): void {
        connection.arrived = Math.min(connection.arrived + bytes, connection.flushed);
        while (connection.frames.length > 0 && connection.frames[0].end <= connection.arrived && !connection.broken) {
            this.ends.arrived(connection, connection.frames.shift()!);
        }
    }

    /** `bytes` more reach the client; behind the last of a connection that the broker ends, the end does. */
    carryDown(bytes: number): void {
        const connection = this.connection!;
        const size = Math.min(bytes, connection.down.length);
        if (size > 0) {
            // In the middle of a larger array, which is overwritten as soon as the call is over.
            const bytes = connection.down.splice(0, size);
            const chunk = new Uint8Array(size + 8).fill(0xaa);
            chunk.set(bytes, 4);
            this.lent.add(chunk);
            connection.delivered += size;
            const count = connection.downFrames.filter(frame => frame.end <= connection.delivered).length;
            const frames = connection.downFrames.splice(0, count);
            this.ends.delivering(connection, frames);
            if (this.judge.tracing) this.judge.note('wire', `${connection.number} < ${size} bytes${frames.map(({ packet }) => `, end of ${describe(packet)}`).join('')}`);
            this.owner!.onBytes(chunk, 4, size + 4);
            this.judge.require(chunk.every((byte, index) => byte === (bytes[index - 4] ?? 0xaa)), 'memory', 'the client writes into what it received');
            chunk.fill(0x55);
            this.ends.delivered(connection, frames);
        }
        if (connection === this.connection && connection.ending && connection.down.length === 0) this.fail();
    }

    /** The connection is cut. `orderly`: what was flushed still arrives. `told`: the client learns it at once. */
    cut(orderly: boolean, told: boolean): void {
        const connection = this.connection!;
        if (orderly) this.carryUp(connection, connection.flushed);
        connection.broken = true;
        connection.down = [];
        this.ends.lost(connection);
        if (told && connection === this.connection) this.fail();
    }

    private over(connection: Connection): void {
        this.witness.ended(connection);
        if (connection.silent || connection.broken || !connection.opened) return;
        // What was not flushed is lost with the connection, to be on the safe side.
        connection.down = [];
    }
}
