// The life of a client that stays awake as long as there is power: lets the script decide what happens next, checks after every step that
// nothing promised is broken, and in the end that everything drains once nothing goes wrong any more.
//
// Not judged: two subscriptions with the same filter; which handler has which piece of a streamed message while filters change;
// identifiers that go round while answers are late (an old one may be for a new packet).
import { CONNECTED, STOPPED } from '../../../src/index.ts';
import type { Client } from '../../../src/index.ts';
import { actions } from './actions.ts';
import type { Application } from './application.ts';
import { Board } from './board.ts';
import { calmDown } from './calm.ts';
import type { SimulatedClock } from './clock.ts';
import type { Connection } from './connection.ts';
import { count } from './coverage.ts';
import { settingsOnEspruino } from './espruino.ts';
import type { EspruinoFile } from './espruino.ts';
import type { Inbox } from './inbox.ts';
import type { Script } from './script.ts';
import { drawSettings } from './settings.ts';
import { BUFFER_NAMES, STATE_NAMES, TRANSPORT_NAMES, impossible } from './states.ts';
import { Surroundings } from './surroundings.ts';

export class Simulation extends Surroundings {
    board: Board;
    /** Handles that were pending when the power was last cut. */
    private formerHandles: readonly number[] = [];

    constructor(script: Script, write: ((line: string) => void) | null, file: EspruinoFile | null) {
        super(script, file ? settingsOnEspruino(drawSettings(script)) : drawSettings(script), write, file);
        this.judge.situation = () => `${STATE_NAMES[this.client.state]} | ${this.bufferSituation()}`;
        this.board = new Board(this);
    }

    get clock(): SimulatedClock {
        return this.board.clock;
    }

    get application(): Application {
        return this.board.application;
    }

    get client(): Client {
        return this.board.client;
    }

    get inbox(): Inbox {
        return this.application.inbox;
    }

    identifiers() {
        return { present: [...this.application.pending.keys()], former: this.formerHandles };
    }

    run(length: number, swarm: readonly number[]): void {
        try {
            if (this.settings.subscribesAtOnce) this.application.subscriptions.forEach((_, index) => this.application.subscribe(index));
            this.application.start();
            for (let step = 0; step < length && !this.judge.violation; step++) {
                const chosen = this.script.begin(() => actions.map((action, index) => action.possible(this) ? action.weight * (swarm[index] ?? 1) : 0));
                if (chosen < 0) break;
                const action = actions[chosen];
                if (action?.possible(this)) this.act(action.name, () => action.act(this));
            }
            this.script.calm = true;
            if (!this.judge.violation) calmDown(this);
            if (!this.judge.violation) this.board.checkHeld();
        } catch (error) {
            this.judge.fail('exceptions', `an exception leaves the client: ${(error as Error).stack}`);
        }
    }

    /** The power of the board is gone, and comes again. */
    powerCut(): void {
        const { judge, application, link, witness } = this;
        judge.fault('power cut');
        // It was in RAM only, and the application was not told otherwise.
        for (const entry of application.open()) entry.excused = true;
        this.formerHandles = [...application.pending.keys()];
        link.close();
        witness.powerCut();
        this.board = new Board(this);
    }

    bufferSituation(): string {
        const { application, link, witness, settings, up } = this;
        const waiting = link.connection ? witness.waitingOn(link.connection).length : 0;
        const place = application.awaitsRoom ? 5 : link.connection && link.connection.gathered.length > 0 ? 4 : waiting >= settings.window ? 3
            : waiting > 0 ? 2 : application.pending.size > 0 || application.unsent(up.entries) ? 1 : 0;
        return BUFFER_NAMES[place];
    }

    countMessages(): void {
        const { messages } = this.judge.coverage;
        count(messages, 'received by the application', this.down.entries.filter(({ deliveries }) => deliveries > 0).length);
        for (const { qos, deliveries, acknowledged, excused } of this.up.entries) {
            if (qos === 0) continue;
            count(messages, 'accepted with QoS 1');
            if (acknowledged) count(messages, 'acknowledged');
            if (deliveries > 1) count(messages, 'delivered more than once');
            if (excused) count(messages, `not acknowledged when the power was cut, ${deliveries > 0 ? 'but delivered' : 'and lost'}`);
        }
    }

    protected answered(key: string, packetIdentifier: number): void {
        // A message is told of by onAcknowledged.
        if (!key.startsWith('message')) this.application.pending.delete(packetIdentifier);
    }

    protected accepted(): void {
        // What that means for subscriptions is judged in the end.
    }

    protected override idle(): void {
        this.board.idle();
    }

    protected check(): void {
        const { judge, clock, client, link, board, application } = this;
        judge.require(client.state === STOPPED || clock.wakeAt >= 0, 'one wake', `no wake is pending in state ${STATE_NAMES[client.state]}`);
        board.checkMemory();
        application.check();
        const connection = link.connection;
        if (connection && client.state === CONNECTED) this.checkKeepAlive(connection);
        // A timeout is judged by what was open before the client acted on it.
        application.oldestSince = (connection ? this.witness.waitingOn(connection)[0]?.since : undefined) ?? -Infinity;
        application.awaitsPingresp = connection !== null && (connection.pings > 0 || connection.owesWritable);
        this.checkState(connection);
    }

    private checkState(connection: Connection | null): void {
        const state = STATE_NAMES[this.client.state];
        const buffer = this.bufferSituation();
        const transport = TRANSPORT_NAMES[connection && connection.pings > 0 ? 2 : connection?.owesWritable ? 1 : 0];
        count(this.judge.coverage.states, `${state} | ${buffer} | ${transport}`);
        for (const { why, applies } of impossible) {
            this.judge.require(!applies(state, buffer, transport), 'told truly', `state ${state}, send buffer ${buffer}, transport ${transport}, although ${why}`);
        }
    }
}
