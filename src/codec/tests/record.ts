// What the tests of the codec share: a sink that writes down what it is told and refuses what no sink may be told, and a
// way to hand bytes to a decoder that shows when it reads outside of its range or keeps what it was only lent.
import * as assert from 'uvu/assert';
import type { Decoder } from '../decoder.ts';
import type { Message, MessageSink } from '../message-decoder.ts';
import type { TextEncoding } from '../text.ts';

export const encoding: TextEncoding = { utf8: text => new TextEncoder().encode(text) };

/** Keeps U+FEFF and throws for bytes that are no UTF-8 [MQTT-1.5.3-3]. */
const strictText = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Hexadecimal digits, blanks ignored, to bytes. */
export function bytes(hex: string): Uint8Array {
    const digits = hex.replace(/ /g, '');
    const result = Uint8Array.from(Buffer.from(digits, 'hex'));
    assert.is(result.length * 2, digits.length, `no hexadecimal digits: ${hex}`);
    return result;
}

export function hex(data: Uint8Array, start = 0, end = data.length): string {
    return Buffer.from(data.subarray(start, end)).toString('hex');
}

export function join(...parts: Uint8Array[]): Uint8Array {
    return Uint8Array.from(Buffer.concat(parts));
}

/** How `RecordingSink` writes a message down. */
export function publishEvent(topic: string, payload: Uint8Array, qos: number, packetIdentifier: number, retain: boolean, dup: boolean): string {
    return `publish ${JSON.stringify(topic)} qos ${qos} id ${packetIdentifier}${retain ? ' retain' : ''}${dup ? ' dup' : ''}: ${hex(payload)}`;
}

/** Writes down one line a packet; the pieces of a message become one line when the last has come. */
export class RecordingSink implements MessageSink {
    events: string[] = [];
    /** Lengths of the pieces of the last message. */
    pieces: number[] = [];
    private payload: Uint8Array = new Uint8Array(0);
    private head = '';

    onConnack(sessionPresent: boolean, returnCode: number): number {
        assert.ok(returnCode >= 0 && returnCode <= 5 && !(sessionPresent && returnCode), 'a CONNACK as §3.2.2 allows it');
        this.told(`connack ${sessionPresent} ${returnCode}`);
        return 0;
    }

    onPuback(packetIdentifier: number): number {
        this.identified(packetIdentifier);
        this.told(`puback ${packetIdentifier}`);
        return 0;
    }

    onPingresp(): number {
        this.told('pingresp');
        return 0;
    }

    onSkipped(packetIdentifier: number): number {
        assert.ok(packetIdentifier >= 0 && packetIdentifier < 65536);
        this.told(`skipped ${packetIdentifier}`);
        return 0;
    }

    onSuback(packetIdentifier: number, codes: Uint8Array, start: number, end: number): number {
        this.identified(packetIdentifier);
        this.within(codes, start, end);
        assert.ok(end > start, 'a SUBACK has a code');
        assert.ok(codes.subarray(start, end).every(code => code < 3 || code === 0x80), 'only the codes of §3.9.3');
        this.told(`suback ${packetIdentifier}: ${hex(codes, start, end)}`);
        return 0;
    }

    onUnsuback(packetIdentifier: number): number {
        this.identified(packetIdentifier);
        this.told(`unsuback ${packetIdentifier}`);
        return 0;
    }

    onPublish(message: Message, packetIdentifier: number): number {
        this.within(message.bytes, message.start, message.end);
        this.within(message.topicBytes, message.topicStart, message.topicEnd);
        const topic = strictText.decode(message.topicBytes.subarray(message.topicStart, message.topicEnd));
        assert.ok(topic !== '' && !/[\0+#]/.test(topic), 'a topic name as §4.7 allows it');
        assert.is(packetIdentifier !== 0, message.qos !== 0, 'a packet identifier with QoS 1 and 2 only');
        assert.ok(packetIdentifier >= 0 && packetIdentifier < 65536);
        assert.ok(message.qos >= 0 && message.qos <= 2 && !(message.dup && message.qos === 0));
        const head = `${publishEvent(topic, new Uint8Array(0), message.qos, packetIdentifier, message.retain, message.dup)}${message.total}`;
        if (message.offset === 0) {
            assert.is(this.head, '', 'the message before came to its end');
            this.head = head;
            this.payload = new Uint8Array(0);
            this.pieces = [];
        }
        assert.is(head, this.head, 'every piece carries the same topic, flags, identifier and total');
        assert.is(message.offset, this.payload.length, 'a piece begins where the one before ended');
        assert.ok(message.end > message.start || message.total === 0, 'a piece is not empty');
        this.payload = join(this.payload, message.bytes.subarray(message.start, message.end));
        this.pieces.push(message.end - message.start);
        assert.ok(this.payload.length <= message.total, 'no more comes than was announced');
        if (this.payload.length < message.total) return 0;
        this.head = '';
        this.told(publishEvent(topic, this.payload, message.qos, packetIdentifier, message.retain, message.dup));
        return 0;
    }

    private told(event: string): void {
        assert.is(this.head, '', 'nothing comes between the pieces of a message');
        this.events.push(event);
    }

    private identified(packetIdentifier: number): void {
        assert.ok(packetIdentifier > 0 && packetIdentifier < 65536, 'a packet identifier is 1 to 65535');
    }

    private within(data: Uint8Array, start: number, end: number): void {
        assert.ok(data instanceof Uint8Array && start >= 0 && start <= end && end <= data.length, `a range of the array, not ${start}..${end}`);
    }
}

/** Decodes one piece. It lies between bytes that would be seen, and is gone when the call returns, as a transport's is. */
export function feed(decoder: Decoder, piece: Uint8Array): number {
    const lent = new Uint8Array(piece.length + 6).fill(0xaa);
    lent.set(piece, 3);
    const fault = decoder.decode(lent, 3, 3 + piece.length);
    lent.fill(0xee);
    return fault;
}

/** Decodes `stream`, cut before each index in `cuts` (ascending). Returns the first fault, or 0. */
export function feedCut(decoder: Decoder, stream: Uint8Array, cuts: readonly number[]): number {
    let from = 0;
    for (const to of [...cuts, stream.length]) {
        const fault = feed(decoder, stream.subarray(from, to));
        if (fault) return fault;
        from = to;
    }
    return 0;
}

/** `assert.throws` for the package's own refusals: a RangeError that names the rule and the value. */
export function refuses(call: () => unknown, rule: RegExp): void {
    assert.throws(call, (error: unknown) => error instanceof RangeError && error.message.startsWith('motemq: ') && rule.test(error.message));
}
