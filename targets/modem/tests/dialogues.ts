// The published dialogues (transcripts/README.md says what they are).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../scripts/root.ts';

export interface DialogueStep {
    readonly dir: 'host' | 'modem';
    /** One character a byte. */
    readonly bytes: string;
    readonly data?: boolean;
    readonly raw?: { readonly off: number; readonly len: number };
}

export interface Dialogue {
    readonly name: string;
    readonly steps: readonly DialogueStep[];
}

/** All of one file, named without its end. */
export function dialoguesOf(file: string): readonly Dialogue[] {
    return (JSON.parse(readFileSync(join(root, 'targets/modem/tests/transcripts', `${file}.json`), 'utf8')) as { readonly dialogues: readonly Dialogue[] }).dialogues;
}
