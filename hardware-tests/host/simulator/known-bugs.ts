// Bugs that the simulator must find: each a small change of one source, put in while the client is bundled, and what it must be
// found to break. For every invariant there is one.
import type { Invariant } from './invariants.ts';

/** A bug to put in. */
export interface KnownBug {
    readonly name: string;
    /** Path in the project. */
    readonly file: string;
    /** A text that the file has exactly once, and what stands there with the bug. */
    readonly from: string;
    readonly to: string;
}

export interface ProvenBug extends KnownBug {
    readonly breaks: Invariant;
}

const link = 'src/session/link.ts';
const buffer = 'src/session/send-buffer.ts';
const publisher = 'src/session/publisher.ts';
const client = 'src/session/client.ts';
const outbox = 'src/outbox/outbox.ts';
const image = 'src/sleep/image.ts';
const cycle = 'src/sleep/wake-cycle.ts';
const schedule = 'src/sleep/schedule.ts';
const file = 'targets/node/file-store.ts';
const records = 'targets/moddable/record-store.ts';
const decoder = 'src/codec/message-decoder.ts';

export const knownBugs: readonly ProvenBug[] = [
    // Messages to the broker.
    { name: 'sent messages forgotten with the connection', breaks: 'delivered', file: buffer, from: 'if (!(memory[at] & HAS_IDENTIFIER) && end <= this.position', to: 'if (end <= this.position' },
    { name: 'acknowledgement before the packet has left', breaks: 'acknowledged', file: buffer, from: 'this.locate(type, packetIdentifier, this.position)', to: 'this.locate(type, packetIdentifier, this.tail)' },
    { name: 'acknowledgement matched without its type', breaks: 'delivered', file: buffer, from: '(!type || (memory[at] >> 4) + 1 === type >> 4)', to: 'true' },
    { name: 'resend within a connection', breaks: 'once', file: link, from: 'this.disconnect(first === SUBSCRIBE ?', to: 'if (first === 0x32) this.send.rewind(DUP, true); else this.disconnect(first === SUBSCRIBE ?' },
    { name: 'QoS 0 sent again after a cut', breaks: 'once', file: buffer, from: 'end <= this.position && !refused', to: 'end < 0 && !refused' },
    { name: 'QoS 0 lost with a refused CONNECT', breaks: 'told truly', file: buffer, from: 'end <= this.position && !refused', to: 'end <= this.position' },
    { name: 'no DUP on a resend', breaks: 'DUP', file: link, from: 'options.cleanSession ? 0 : DUP', to: '0' },
    { name: 'DUP on what was never sent', breaks: 'DUP', file: buffer, from: 'if (at < this.position && memory[at]', to: 'if (memory[at]' },
    { name: 'window without limit', breaks: 'window', file: buffer, from: 'if (first & HAS_IDENTIFIER && places-- <= 0) break;', to: '' },
    { name: 'bytes counted that the transport did not take', breaks: 'wire', file: buffer, from: 'this.position += taken;', to: 'this.position += taken || 1;' },
    { name: 'new credentials with the old length of CONNECT', breaks: 'wire', file: link, from: 'this.connectEnd = size;', to: '' },

    // Packet identifiers, and the millisecond counter, go round.
    { name: 'identifier given out while in use', breaks: 'identifiers', file: publisher, from: 'this.issued >= 65535 && this.send.holds(this.identifier)', to: 'false' },
    { name: 'identifiers in use looked at too late', breaks: 'identifiers', file: publisher, from: 'this.issued >= 65535 &&', to: 'this.issued > 65540 &&' },
    { name: 'identifier 0 after 65,535', breaks: 'identifiers', file: publisher, from: 'this.identifier = this.identifier % 65535 + 1;', to: 'this.identifier = (this.identifier + 1) & 65535;' },
    { name: 'deadlines compared without regard to the wrap', breaks: 'one wake', file: link, from: 'if (((now - this.deadline) | 0) >= 0) {', to: 'if (now >= this.deadline) {' },
    { name: 'time left counted without regard to the wrap', breaks: 'contract', file: link, from: 'const wait = (next - this.moment) | 0;', to: 'const wait = next - this.moment;' },

    // The connection.
    { name: 'keep-alive counted from the last bytes received', breaks: 'keep-alive', file: link, from: '        const fault = this.decoder.decode(bytes, start, end);', to: '        const fault = this.decoder.decode(bytes, start, end);\n        if (this.state === CONNECTED) this.deadline = this.moment + this.pingAfter;' },
    { name: 'flush forgotten once connected', breaks: 'keep-alive', file: link, from: 'return this.stream.flush(); // A tail call', to: 'if (this.state !== CONNECTED) this.stream.flush(); // A tail call' },
    { name: 'PUBACK timer not restarted', breaks: 'patience', file: link, from: 'if (!send.timed) {', to: 'if (!send.timed && (send.timed = true) && !this.acknowledgeBy) {' },
    { name: 'PUBACK timed while the transport takes nothing', breaks: 'patience', file: buffer, from: 'if (this.timed && taken && this.position < this.after(this.head)) this.timed = false;', to: '' },
    { name: 'answer to PINGREQ overlooked', breaks: 'patience', file: link, from: '        this.pinging = false;\n        return 0;', to: '        return 0;' },
    { name: 'wake forgotten after a wake', breaks: 'one wake', file: link, from: '        this.wakeAt = now - NEVER;', to: '' },
    { name: 'haste not remembered', breaks: 'progress', file: link, from: 'this.hesitant = true;', to: 'this.hesitant = false;' },
    { name: 'session from before a power cut refused', breaks: 'progress', file: link, from: '(sessionPresent && this.options.cleanSession)', to: '(sessionPresent && (this.options.cleanSession || !this.connections))' },
    { name: 'bytes written before the transport is open', breaks: 'contract', file: link, from: 'if (this.state > OPENING && (send.position', to: 'if (this.state >= OPENING && (send.position' },
    { name: 'a transport that takes nothing written to for ever', breaks: 'return', file: link, from: 'if (!send.advance(taken, this.state !== CONNECTING)) break;', to: 'send.advance(taken, this.state !== CONNECTING);' },

    // Messages from the broker.
    { name: 'message acknowledged with its first piece', breaks: 'acknowledged', file: client, from: 'message.offset + message.end - message.start === message.total', to: 'message.offset === 0' },
    { name: 'message from before a power cut taken for a duplicate', breaks: 'acknowledged', file: client, from: 'if (message.qos > 1) return UNSUPPORTED_QOS;', to: 'if (message.dup && this.connections === 1) return this.puback(packetIdentifier);' },
    { name: 'acknowledgements skipped while the transport is blocked', breaks: 'order', file: client, from: 'this.chores & BLOCKED ? -1 : encodePuback', to: 'encodePuback' },
    { name: 'connection ended before any acknowledgement can leave', breaks: 'progress', file: client, from: 'if (this.controlSent === this.controlEnd) this.disconnect', to: 'this.disconnect' },
    { name: 'PUBACK behind DISCONNECT', breaks: 'silence', file: client, from: 'this.controlEnd + 4 > limit && this.state === CONNECTED', to: 'this.controlEnd + 4 > limit' },
    { name: 'RETAIN not told', breaks: 'messages', file: decoder, from: 'return (this.first & RETAIN) !== 0;', to: 'return false;' },
    { name: 'message handed to the first handler only', breaks: 'messages', file: client, from: '&& message.matches(each)', to: '&& !handled && message.matches(each)' },

    // Subscriptions.
    { name: 'subscriptions not renewed after a lost session', breaks: 'subscriptions', file: client, from: '!sessionPresent || each.granted === REFUSED', to: 'each.granted === REFUSED' },
    { name: 'SUBSCRIBE and UNSUBSCRIBE under way together', breaks: 'subscriptions', file: buffer, from: 'if (first > AFTER_PUBLISH && first !== (request = request || first)) break;', to: '' },

    // The application.
    { name: 'packets decoded after stop', breaks: 'silence', file: link, from: '            this.decoder.halt();\n            this.requestTurn();', to: '            this.requestTurn();' },
    { name: 'next handler called after a handler stopped', breaks: 'silence', file: client, from: 'each.onMessage && this.state === CONNECTED &&', to: 'each.onMessage &&' },
    { name: 'exception of a callback thrown on', breaks: 'exceptions', file: link, from: '                callback(first, second);\n            } catch (error) {', to: '                callback(first, second);\n            } catch (error) {\n                throw error;' },
    { name: 'safe to sleep with a message that was not sent', breaks: 'told truly', file: link, from: 'return this.send.head === this.send.tail &&', to: 'return !this.send.unacknowledged &&' },
    { name: 'send buffer taken for the whole of its memory', breaks: 'memory', file: buffer, from: 'this.memory = bytes;', to: 'this.memory = new Uint8Array(bytes.buffer);' },
    { name: 'a list that grows with every message', breaks: 'memory', file: publisher, from: '        this.sent++;', to: '        this.sent++;\n        Object.assign(this, { all: [(this as unknown as { all: unknown }).all, packetIdentifier] });' },

    // Messages in a memory that lasts.
    { name: 'outbox lets go of what is not acknowledged', breaks: 'kept', file: outbox, from: 'if (handle && this.outlet.isPending(handle)) break;', to: '' },
    { name: 'refused message not counted', breaks: 'counted', file: outbox, from: '} else this.refused++;', to: '}' },
    { name: 'message given up by the policy not counted', breaks: 'counted', file: outbox, from: '            this.dropped++;\n            this.giveUp(1);', to: '            this.giveUp(1);' },
    { name: 'half a record taken for a whole one on an ESP8266', breaks: 'messages', file: records, from: 'if (piece[end + index] !== (crc >>> (24 - 8 * index) & 255)) return 0;', to: '' },
    { name: 'half a record taken for a whole one on Espruino', breaks: 'messages', file: 'targets/espruino/store.ts', from: 'return sumOf(text) === file.substring(end) ? text : undefined;', to: 'return text;' },
    { name: 'record told of before it is on the disk', breaks: 'kept', file, from: '            this.disk.sync(this.file);\n            if (this.replaced)', to: '            if (this.replaced)' },
    { name: 'new name of a file not brought to the disk by the next run', breaks: 'kept', file, from: 'private replaced = true;', to: 'private replaced = false;' },
    { name: 'records dropped but never erased on Espruino', breaks: 'bound', file: 'targets/espruino/store.ts', from: 'left--) this.erase(this.oldest++);', to: 'left--) this.oldest++;' },

    // What a node knows again after a sleep.
    { name: 'messages on their way left out of the image', breaks: 'DUP', file: image, from: 'handle >= 0 && count < MOST;', to: 'handle >= 0 && count < 0;' },
    { name: 'packet identifiers begin anew', breaks: 'identifiers', file: image, from: 'client.identifier = handle - 1;', to: 'client.identifier = 0;' },
    { name: 'image taken for one of other messages', breaks: 'DUP', file: image, from: 'if (known && known === get(bytes, half + KNOWN_BY)) this.resume', to: 'if (known) this.resume' },
    { name: 'checksum of the image not looked at', breaks: 'progress', file: image, from: ' && checksum(0, bytes, half, end) === get(bytes, end)', to: '' },
    { name: 'wakes in vain forgotten', breaks: 'radio', file: image, from: 'this.failures = bytes[half + FAILURES];', to: '' },
    { name: 'pause forgotten', breaks: 'radio', file: image, from: 'this.pause = get(bytes, half + PAUSE);', to: '' },
    { name: 'haste not remembered over a sleep', breaks: 'remembered', file: image, from: 'if (flags & WAITS_FOR_CONNACK) client.hesitant = true;', to: '' },
    { name: 'granted subscriptions forgotten', breaks: 'remembered', file: image, from: 'if (granted <= 1) {', to: 'if (granted < 0) {' },
    { name: 'image written once only', breaks: 'radio', file: image, from: 'if (same) return true;', to: 'if (same || this.kept) return true;' },

    // Wakes.
    { name: 'goodbye before the last PUBACK', breaks: 'progress', file: cycle, from: 'if (outbox.count || offline || (unacknowledged && !this.window))', to: 'if (offline)' },
    { name: 'delivered told too early', breaks: 'told truly', file: cycle, from: 'options.onSleep(ms, this.outbox.count === 0);', to: 'options.onSleep(ms, !this.failed);' },
    { name: 'attempts without limit', breaks: 'radio', file: cycle, from: 'this.tried >= attemptsOf(this.options) ||', to: '' },
    { name: 'wake without end', breaks: 'one wake', file: cycle, from: ' || ((now - this.timeUp) | 0) >= 0) return this.finish', to: ') return this.finish' },
    { name: 'batch not waited for', breaks: 'radio', file: schedule, from: 'outbox.count >= (options.batchCount ?? 1)', to: 'outbox.count > 0' },
    { name: 'pause without end', breaks: 'progress', file: schedule, from: 'image.pause = image.pause > gone ? image.pause - gone : 0;', to: '' },
];
