// The connection of a client: opens the transport, sends CONNECT, keeps alive, notices silence, connects again
// (MQTT 3.1.1 §3.1, §3.2, §3.12, §3.14). A state machine that is told what happens (onOpen, onBytes, onWritable, onClose,
// onWake) and has one wake pending. It sends what lies in the send buffer; publisher.ts and client.ts put it there.
// Nothing is allocated after the constructor.
//
// Layout of the send buffer: CONNECT | the packets of send-buffer.ts | control packets (PUBACK, PINGREQ, DISCONNECT).
// CONNECT is encoded once; control packets have a place of their own so that a full buffer never blocks them.
import { encodeConnect, keepAliveOf } from '../codec/connect.ts';
import type { Decoder } from '../codec/decoder.ts';
import { DISCONNECT, DUP, PINGREQ, SUBSCRIBE, UNSUBSCRIBE } from '../codec/packets.ts';
import { encodeEmpty } from '../codec/publish.ts';
import { misuse } from '../misuse.ts';
import {
    CLOSED_BY_APPLICATION, CONNACK_TIMEOUT, CONNECT_TIMEOUT, NOT_AUTHORIZED, PINGRESP_TIMEOUT, PUBACK_TIMEOUT,
    SUBACK_TIMEOUT, UNEXPECTED_PACKET, UNSUBACK_TIMEOUT,
} from '../reasons.ts';
import type { Platform, PlatformOwner, Transport, TransportOwner } from '../transport.ts';
import { NEVER, checkNumbers } from './options.ts';
import type { PublisherOptions } from './options.ts';
import { retryDelay } from './retry-delay.ts';
import { SendBuffer } from './send-buffer.ts';
import { CONNECTED, CONNECTING, OPENING, STOPPED, STOPPING, WAITING } from './states.ts';

/** Room for PINGREQ or DISCONNECT at the end of the send buffer, in bytes. */
const EMPTY_PACKET_SIZE = 2;
/** The least room for packets that is of any use, in bytes. */
const SMALLEST_ROOM = 8;
/** More would hold more packets (of 7 bytes at least) than there are identifiers. */
const LARGEST_ROOM = 450000;
/** Of the random bits these must be 0 for haste to be tried again: in one of 128 connections. */
const HASTE = 127;

export abstract class Link implements TransportOwner, PlatformOwner {
    /** One of states.ts. */
    state = STOPPED;
    /** Why the last connection ended, one of reasons.ts; 0 before the first end. */
    closeReason = 0;
    /** Connections that a broker has accepted. */
    connections = 0;
    /** Bytes received, and handed to the transport, over all connections. */
    bytesIn = 0;
    bytesOut = 0;
    /** Messages with QoS 0 that followed a CONNECT and were given up because its CONNACK never came. */
    dropped = 0;

    protected readonly options: PublisherOptions;
    protected readonly host: Platform;
    protected readonly stream: Transport;
    /** @internal */
    readonly send: SendBuffer;
    /** Set by the subclass once its own constructor runs: Espruino cannot make an object of a derived class while `super` is under way. */
    protected abstract decoder: Decoder;
    /** Control packets waiting: bytes[controlSent..controlEnd) of the send buffer. CONNECT is one too, at 0; the others begin at `controlStart`. */
    protected readonly controlStart: number;
    protected controlSent: number;
    protected controlEnd: number;
    /** Where the oldest packet lay when one was refused for want of room; 0: none was, or `onWritable` has told. */
    protected fullAt = 0;
    /** Until when the oldest packet of the send buffer must be acknowledged, if that is timed. */
    private acknowledgeBy = 0;
    /** When the present state has lasted too long; in CONNECTED when a PINGREQ is due or its answer overdue. In the platform's ms. */
    protected deadline = 0;
    private readonly patience: number;
    protected readonly pingAfter: number;
    /** `responseTimeout`, or less so that no more than the keep-alive passes without a packet or the end [MQTT-3.1.2-23]. */
    private readonly pingTimeout: number;
    protected pinging = false;
    private connectEnd: number;
    private connectedAt = 0;
    private failures = 0;
    /**
     * Nothing follows CONNECT before CONNACK: by option, or because a broker closed the connection when something did. Brokers change, and a
     * link that broke at that moment looks the same: with one in 128 of the connections that it accepts the broker is given another chance,
     * which costs a failed attempt if it still refuses. Chance needs no counter in flash, and keeps a fleet from doing so at once.
     * @internal
     */
    hesitant: boolean;
    private turnRequested = false;
    private wakeAt = 0;
    /** The clock at the beginning of the present turn. */
    protected moment = 0;

    /** Throws if an option breaks a rule or the send buffer is too small. */
    protected constructor(options: PublisherOptions) {
        const bytes = options.sendBuffer;
        const limit = bytes.length - this.acknowledgementRoom() - EMPTY_PACKET_SIZE;
        checkNumbers(options);
        this.options = options;
        this.host = options.platform;
        this.stream = options.transport;
        this.patience = options.responseTimeout ?? 15000;
        this.hesitant = options.waitForConnack ?? false;
        // 5 % early, so that neither a late timer nor a slow link makes it late [MQTT-3.1.2-23].
        this.pingAfter = keepAliveOf(options) * 950 || NEVER;
        this.pingTimeout = this.patience < this.pingAfter ? this.patience : this.pingAfter;
        this.controlStart = this.controlSent = this.controlEnd = limit;
        this.connectEnd = encodeConnect(bytes, 0, limit, options, options.platform);
        const base = options.connectSize ?? this.connectEnd;
        if (!(this.connectEnd > 0 && base >= this.connectEnd && base % 1 === 0 && base + SMALLEST_ROOM <= limit && limit <= LARGEST_ROOM)) {
            misuse(MOTEMQ_TEXTS ? 'sendBuffer holds CONNECT (connectSize) and a message, in at most 450,000 bytes' : 'sendBuffer', bytes.length);
        }
        this.send = new SendBuffer(bytes, base, limit, options.window ?? 8);
        this.host.attach(this);
    }

    /** How many bytes of the send buffer are for acknowledgements of received messages. */
    protected abstract acknowledgementRoom(): number;

    /** The broker has accepted the connection (§3.2). */
    protected abstract onSession(sessionPresent: boolean): void;

    /** Connects, and connects again whenever the connection ends, until `stop`. Without effect unless the state is STOPPED. */
    start(): void {
        if (this.state !== STOPPED) return;
        this.failures = 0;
        this.deadline = this.host.now();
        this.requestTurn();
        this.enter(WAITING, 0);
    }

    /**
     * Sends what may be sent, then DISCONNECT, and closes the connection (§3.14): the state becomes STOPPING, then STOPPED.
     * Unacknowledged messages stay queued for the next `start`. No callback but onStateChange follows.
     */
    stop(): void {
        if (this.state === CONNECTED) {
            this.deadline = this.host.now() + this.patience;
            // Answers are not read any more, and so not missed.
            this.send.timed = false;
            this.decoder.halt();
            this.requestTurn();
            this.enter(STOPPING, 0);
        } else if (this.state !== STOPPING) {
            this.disconnect(CLOSED_BY_APPLICATION);
        }
    }

    /** Nothing is unacknowledged and nothing unsent: the board may lose power without losing a message. */
    get safeToSleep(): boolean {
        return this.send.head === this.send.tail && this.controlSent === this.controlEnd;
    }

    /** Connections that a broker has accepted after the first one. */
    get reconnects(): number {
        return this.connections && this.connections - 1;
    }

    onOpen(): void {
        this.moment = this.host.now();
        this.deadline = this.moment + this.patience;
        this.controlSent = 0;
        this.controlEnd = this.connectEnd;
        this.decoder.reset();
        this.enter(CONNECTING, 0);
        this.finishTurn();
    }

    onBytes(bytes: Uint8Array, start: number, end: number): void {
        this.bytesIn += end - start;
        this.moment = this.host.now();
        const fault = this.decoder.decode(bytes, start, end);
        if (fault) this.disconnect(fault);
        return this.finishTurn(); // A tail call: XS takes this frame off its stack, which an ESP8266 has little of.
    }

    onWritable(): void {
        this.moment = this.host.now();
        this.finishTurn();
    }

    onClose(reason: number): void {
        if (this.state === CONNECTING && this.send.position !== this.send.head) this.hesitant = true;
        this.moment = this.host.now();
        this.disconnect(reason);
    }

    onWake(): void {
        const now = this.moment = this.host.now();
        const state = this.state;
        this.turnRequested = false;
        if (((now - this.deadline) | 0) >= 0) {
            if (state === CONNECTED) this.ping(now);
            else if (state === WAITING) this.dial(now);
            else this.disconnect(state === OPENING ? CONNECT_TIMEOUT : state === CONNECTING ? CONNACK_TIMEOUT : CLOSED_BY_APPLICATION);
        } else if (this.send.timed && ((now - this.acknowledgeBy) | 0) >= 0) {
            const first = this.send.memory[this.send.head];
            this.disconnect(first === SUBSCRIBE ? SUBACK_TIMEOUT : first === UNSUBSCRIBE ? UNSUBACK_TIMEOUT : PUBACK_TIMEOUT);
        }
        // No wake is pending now: whatever the next deadline is, and however long overdue, it differs.
        this.wakeAt = now - NEVER;
        return this.finishTurn(); // A tail call, as in onBytes.
    }

    /** @internal */
    onConnack(sessionPresent: boolean, returnCode: number): number {
        if (returnCode) return returnCode;
        // Nor can a broker accept a CONNECT of which it has not seen the end.
        if ((sessionPresent && this.options.cleanSession) || this.controlSent !== this.controlEnd) return UNEXPECTED_PACKET;
        this.connectedAt = this.moment;
        if (this.hesitant && !this.options.waitForConnack) this.hesitant = (this.host.random() & HASTE) > 0;
        // As if it counted from the CONNECT [MQTT-3.1.2-23].
        this.deadline += this.pingAfter - this.patience;
        this.connections++;
        this.onSession(sessionPresent);
        this.send.settle();
        this.enter(CONNECTED, 0);
        return 0;
    }

    /** @internal */
    onPingresp(): number {
        // As if it counted from the PINGREQ.
        if (this.pinging) this.deadline += this.pingAfter - this.pingTimeout;
        this.pinging = false;
        return 0;
    }

    /** Asks for a turn of its own, so that everything that the application does in one turn goes out in one flush. */
    protected requestTurn(): void {
        if (!this.turnRequested) {
            this.turnRequested = true;
            this.host.wakeAfter(0);
        }
    }

    /** Calls back the application, whose exceptions must not harm the session. */
    protected callBack<First, Second>(callback: ((first: First, second: Second) => void) | undefined, first: First, second: Second): void {
        if (callback) {
            try {
                callback(first, second);
            } catch (error) {
                this.host.caught(error);
            }
        }
    }

    /** The connection is over, or never came about: closes it, and tries again later unless the application wants no more. */
    protected disconnect(reason: number): void {
        const state = this.state;
        if (state === STOPPED) return;
        const options = this.options;
        const now = this.host.now();
        this.stream.close();
        this.decoder.halt();
        if (state === CONNECTED && ((now - this.connectedAt) >>> 0) >= (options.stableAfter ?? 60000)) this.failures = 0;
        const dropped = this.send.rewind(options.cleanSession ? 0 : DUP, reason <= NOT_AUTHORIZED);
        if (state === CONNECTING) this.dropped += dropped;
        this.controlSent = this.controlEnd = this.controlStart;
        this.pinging = this.send.timed = false;
        if (reason === CLOSED_BY_APPLICATION || state === STOPPING) {
            this.turnRequested = false;
            this.host.wakeAfter(-1);
            return this.enter(STOPPED, reason); // A tail call, as in onBytes.
        } else {
            this.deadline = now + retryDelay(options, this.failures++, this.host.random());
            this.wakeAt = this.deadline - 1;
            this.enter(WAITING, reason);
            this.finishTurn();
        }
    }

    /** Ends every turn: hands over what may be sent, and sets the wake. */
    protected finishTurn(): void {
        const send = this.send;
        if (this.state > OPENING && (send.position !== send.tail || this.controlSent !== this.controlEnd || this.state === STOPPING)) this.transmit();
        if (this.fullAt && this.state !== STOPPED && this.state !== STOPPING && (send.head !== this.fullAt || send.head === send.tail)) {
            this.fullAt = 0;
            this.callBack(this.options.onWritable, undefined, undefined);
        }
        if (this.turnRequested || this.state === STOPPED) return;
        let next = this.deadline;
        if (this.state === CONNECTED && send.unacknowledged) {
            if (!send.timed) {
                send.timed = true;
                this.acknowledgeBy = this.moment + this.patience;
            }
            if (((this.acknowledgeBy - next) | 0) < 0) next = this.acknowledgeBy;
        }
        if (next !== this.wakeAt) {
            this.wakeAt = next;
            const wait = (next - this.moment) | 0;
            this.host.wakeAfter(wait > 0 ? wait : 0);
        }
    }

    /** Hands to the transport what may be sent now, in as few writes as possible, and flushes. */
    protected transmit(): void {
        const send = this.send;
        const bytes = send.memory;
        const before = this.bytesOut;
        let taken: number;
        for (;;) {
            if (send.position === send.boundary) {
                // Between packets: control packets go first.
                if (this.controlSent !== this.controlEnd) {
                    taken = this.stream.write(bytes, this.controlSent, this.controlEnd);
                    this.bytesOut += taken;
                    this.controlSent += taken;
                    if (this.controlSent !== this.controlEnd) break;
                    this.controlSent = this.controlEnd = this.controlStart;
                    if (this.state === STOPPING && bytes[this.controlStart] === DISCONNECT) {
                        this.stream.flush();
                        return this.disconnect(CLOSED_BY_APPLICATION); // A tail call, as in onBytes.
                    }
                }
                if (!this.hesitant || this.state !== CONNECTING) send.chooseRun();
                if (send.position === send.boundary) {
                    if (this.state !== STOPPING) break;
                    this.controlEnd = encodeEmpty(bytes, this.controlStart, bytes.length, DISCONNECT);
                    continue;
                }
            }
            taken = this.stream.write(bytes, send.position, send.boundary);
            this.bytesOut += taken;
            if (!send.advance(taken, this.state !== CONNECTING)) break;
            if (send.position === send.tail && this.controlSent === this.controlEnd && this.state !== STOPPING) break;
        }
        if (this.bytesOut !== before) {
            if (this.state === CONNECTED && !this.pinging) this.deadline = this.moment + this.pingAfter;
            return this.stream.flush(); // A tail call, as in onBytes.
        }
    }

    private enter(state: number, reason: number): void {
        this.state = state;
        if (reason) this.closeReason = reason;
        return this.callBack(this.options.onStateChange, state, reason); // A tail call, as in onBytes.
    }

    private dial(now: number): void {
        const options = this.options;
        if (options.credentials) {
            try {
                const size = encodeConnect(this.send.memory, 0, this.send.base, options, this.host, options.credentials());
                if (size < 0) misuse(MOTEMQ_TEXTS ? 'connectSize is too small for these credentials' : 'connectSize', this.send.base);
                this.connectEnd = size;
            } catch (error) {
                this.host.caught(error);
            }
            if (this.state !== WAITING) return;
        }
        this.deadline = now + (options.connectTimeout ?? 30000);
        this.enter(OPENING, 0); // The callback may call stop.
        if ((this.state as number) === OPENING) this.stream.open(this);
    }

    private ping(now: number): void {
        const bytes = this.send.memory;
        const end = encodeEmpty(bytes, this.controlEnd, bytes.length, PINGREQ);
        this.deadline = now + this.pingTimeout;
        // No room: the transport has not even taken the PINGREQ before.
        if (this.pinging || end < 0) this.disconnect(PINGRESP_TIMEOUT);
        else this.controlEnd = end;
        this.pinging = this.state === CONNECTED;
    }
}
