// Every published dialogue, byte for byte, through the engine with our own dialects: each command that a dialect gives is found in
// the dialogue as we would give it, bytes go out after the prompt only, counted bytes come out whole, and every exchange ends as it
// should, in pieces of any size.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualPlatform } from '../../../src/session/tests/world.ts';
import type { SerialOwner, SerialPort } from '../../../src/serial.ts';
import { AtEngine } from '../at-engine.ts';
import type { AtOwner } from '../at-engine.ts';
import { espAt, nordic, quectel, sim7080, sim7600, sim800, ublox } from '../dialects/index.ts';
import { DONE, FAILED, GARBLED } from '../exchange.ts';
import type { Dialect } from '../index.ts';
import { COUNT, Plan, READ, SEND } from '../plan.ts';
import { DIALING } from '../stages.ts';
import { dialoguesOf } from './dialogues.ts';
import type { Dialogue } from './dialogues.ts';
import { commandsOf } from './engine-world.ts';

const files: readonly (readonly [file: string, dialect: Dialect])[] = [
    ['esp-at', espAt], ['nordic-sm', nordic], ['quectel-q', quectel], ['sim7080-ca', sim7080], ['sim7600-a76xx-cipopen', sim7600], ['sim800-cip', sim800], ['ublox-uso', ublox],
];

/** Dialogues in which an exchange of ours does not end well, and how. A read that says that nothing is there by failing is one. */
const failing: Record<string, readonly string[]> = {
    'esp-at': ['open-fail', 'recv-none'],
    'nordic-sm': ['recv-none'],
    'quectel-q': ['open-fail', 'open-id-in-use', 'send-full', 'send-closed', 'close-race-with-send'],
    'sim7080-ca': ['open-fail', 'send-buffer-full'],
    'sim7600-a76xx-cipopen': ['net-already-up', 'open-fail-dns', 'open-fail-in-use', 'open-fail-net', 'send-too-long', 'send-not-connected', 'recv-none'],
    'sim800-cip': ['open-fail', 'open-already', 'open-bad-state', 'send-fail', 'send-not-connected'],
    'ublox-uso': ['send-short', 'send-closed'],
};

/** Dialogues in which an exchange of ours gets no end: the other way of sending was chosen, or it sends nothing, or the modem starts anew. */
const endless: Record<string, readonly string[]> = {
    'sim800-cip': ['send-acked', 'reboot-mid-send'],
};

/** Dialogues that ask how much waits by a read of no bytes. We never ask for none: that answer has no place in a read of ours. */
const strange: Record<string, readonly string[]> = { 'quectel-q': ['available'], 'ublox-uso': ['available'] };

const bytesOf = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0));

class Line implements SerialPort {
    written = '';
    owner: SerialOwner | null = null;

    open(owner: SerialOwner): void {
        this.owner = owner;
    }

    write(bytes: Uint8Array, start: number, end: number): number {
        this.written += String.fromCharCode(...bytes.subarray(start, end));
        return end - start;
    }

    close(): void {
        this.owner = null;
    }
}

class Witness implements AtOwner {
    outcomes: number[] = [];
    data = '';
    lines: string[] = [];

    onEnd(outcome: number): void {
        this.outcomes.push(outcome);
    }

    onData(bytes: Uint8Array, start: number, end: number): void {
        this.data += String.fromCharCode(...bytes.subarray(start, end));
    }

    onLine(bytes: Uint8Array, end: number): boolean {
        this.lines.push(String.fromCharCode(...bytes.subarray(0, end)));
        return true;
    }

    onEcho(): void {
        // The dialogues with echo are about it.
    }

    onPause(): void {
        throw new Error('no pause was asked for');
    }

    onGone(): void {
        throw new Error('the line does not go');
    }
}

const pin = '1234';

function planOf(dialect: Dialect, secure = false): Plan {
    return new Plan({
        serial: new Line(), platform: new VirtualPlatform(), dialect, host: 'broker.example', apn: 'internet', pin, ...(secure ? { tls: { acceptAnyCertificate: true } } : {}),
    });
}

/** The sequences of a plan, the last one first: it is a question that looks like a send of no bytes. */
const sequences = Array.from({ length: COUNT }, (_, index) => COUNT - index);

/** The place of the step of `plan` whose command is `command`, with the number of bytes in it, or which spells them. */
function find(plan: Plan, command: string): number | undefined {
    const spelled = /^(.*=0,1,0,")[0-9A-F]+"\r/.exec(command);
    return commandsOf(plan, sequences, Number(/(\d+)\r/.exec(command)?.[1] ?? 0)).find(each => each.command === (spelled?.[1] ?? command.trimEnd()))?.place;
}

let known = 0;

function replay(dialect: Dialect, dialogue: Dialogue, size: number): Witness {
    const witness = new Witness();
    const line = new Line();
    const platform = new VirtualPlatform();
    const plan = planOf(dialect, dialogue.name === 'tls');
    const engine = new AtEngine(witness, line, platform, plan.book, 192, plan.prompt, dialect.promptDelay ?? 0);
    engine.open(115200);
    let began = 0;
    let expected = '';
    let reads = false;
    for (const [index, step] of dialogue.steps.entries()) {
        if (step.dir === 'host') {
            if (step.data) {
                platform.pass(dialect.promptDelay ?? 0);
                if (began) assert.is(line.written, step.bytes, 'the bytes, after the prompt');
                line.written = '';
                continue;
            }
            const place = find(plan, step.bytes);
            if (place === undefined) continue;
            began++;
            known++;
            line.written = '';
            const spelled = /^AT#XSEND=0,1,0,"(.*)"/.exec(step.bytes);
            const data = spelled ? Buffer.from(spelled[1], 'hex').toString('latin1') : dialogue.steps.slice(index).find(each => each.data)?.bytes ?? '';
            engine.numbers.length = spelled ? data.length : Number(/(\d+)\r/.exec(step.bytes)?.[1] ?? 0);
            // As if what was sent before is what the modem says of it.
            engine.numbers.total = place === plan.at(COUNT) ? Number(/: (?:\d,)?(\d+)/.exec(dialogue.steps[index + 1].bytes)![1]) : 0;
            engine.begin(place, bytesOf(data), 0);
            reads = engine.exchange.headerAt > 0;
            assert.is(line.written, step.bytes);
            line.written = '';
        } else {
            const bytes = bytesOf(step.bytes);
            if (step.raw && reads) expected += step.bytes.slice(step.raw.off, step.raw.off + step.raw.len);
            for (let at = 0; at < bytes.length; at += size) line.owner?.onBytes(bytes, at, Math.min(at + size, bytes.length));
        }
    }
    assert.is(witness.data, expected, 'counted bytes');
    return witness;
}

for (const [file, dialect] of files) {
    const dialogues = dialoguesOf(file);
    for (const dialogue of dialogues) {
        test(`${file}: ${dialogue.name}`, () => {
            for (const size of [1, 2, 7, 64, 1000]) {
                known = 0;
                const { outcomes } = replay(dialect, dialogue, size);
                const ended = known - (endless[file]?.includes(dialogue.name) ? 1 : 0);
                assert.is(outcomes.length, ended, `exchanges that ended, in pieces of ${size}`);
                const first = strange[file]?.includes(dialogue.name) ? GARBLED : FAILED;
                const fails = first === GARBLED || failing[file]?.includes(dialogue.name);
                assert.equal(outcomes, outcomes.map((_, index) => fails && index === 0 ? first : DONE), `in pieces of ${size}`);
            }
        });
    }
}

test('every command of sending and receiving was found in a dialogue', () => {
    for (const [file, dialect] of files) {
        const dialogues = dialoguesOf(file);
        const plan = planOf(dialect);
        const commands = dialogues.flatMap(dialogue => dialogue.steps).filter(step => step.dir === 'host' && !step.data).map(step => step.bytes);
        const found = new Set(commands.map(command => find(plan, command)));
        assert.ok(found.has(plan.at(SEND)), `${file}: send`);
        assert.ok(found.has(plan.at(READ)), `${file}: read`);
        assert.ok(!plan.has(COUNT) || found.has(plan.at(COUNT)), `${file}: count`);
        assert.ok(found.has(commandsOf(plan, [DIALING]).at(-1)!.place) || file === 'esp-at', `${file}: open`);
        if (!dialogues.some(({ name }) => name === 'tls')) continue;
        const secure = planOf(dialect, true);
        const all = commands.map(command => find(secure, command));
        assert.ok([secure.at(SEND), secure.at(READ), commandsOf(secure, [DIALING]).at(-1)!.place].every(place => all.includes(place)), `${file}: TLS`);
    }
});

test.run();
