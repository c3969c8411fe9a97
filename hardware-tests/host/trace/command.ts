// `motemq trace`: a recorded conversation as packets, and as a capture for Wireshark.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Arguments } from '../harness/cli.ts';
import { BenchError, PASSED, UsageError } from '../harness/errors.ts';
import { need } from '../harness/packages.ts';
import { asRecords } from './json.ts';
import { writePcapng } from './pcapng.ts';
import { readRecording } from './recording.ts';
import type { Recording } from './recording.ts';
import { framesOf } from './tcp.ts';
import { describeRecording } from './text.ts';

const STANDARD_INPUT = 0;

/** The trace in the file at `path`, `-` being the standard input. Refuses what cannot be read and what holds no trace. */
export function loadRecording(path: string, showSecrets: boolean): Recording {
    let text: string;
    try {
        text = readFileSync(path === '-' ? STANDARD_INPUT : path, 'utf8');
    } catch (error) {
        throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
    }
    const recording = readRecording(text, showSecrets);
    if (recording.connections.length === 0) {
        throw new UsageError(recording.damaged > 0 || recording.torn ? `${path}: no line of its trace is whole` : `${path} holds no trace: its lines begin with 'mqtt~'`);
    }
    return recording;
}

export async function trace({ values, positionals }: Arguments): Promise<number> {
    if (positionals.length !== 1) throw new UsageError(positionals.length ? 'one trace at a time' : 'which trace? A file that was recorded, a log of a board\'s console, or - for the standard input');
    const recording = loadRecording(positionals[0], values['show-secrets'] === true);
    const { default: mqtt } = await need('mqtt-packet', () => import('mqtt-packet'));
    console.log(values['json'] ? asRecords(mqtt, recording).map(record => JSON.stringify(record)).join('\n') : describeRecording(mqtt, recording));
    const out = values['pcapng'];
    if (typeof out === 'string') {
        const frames = framesOf(recording);
        const comment = 'Made from a trace of MQTT: bytes and times were recorded at the client; addresses, TCP, IP and Ethernet are made up.';
        try {
            writeFileSync(out, writePcapng(frames, comment), { mode: 0o600 });
        } catch (error) {
            throw new BenchError(`${out} cannot be written: ${(error as Error).message}`, 'name a file in a folder that exists and is yours');
        }
        console.error(`${out}: ${frames.length} frames; addresses, TCP, IP and Ethernet in it are made up`);
    }
    return PASSED;
}
