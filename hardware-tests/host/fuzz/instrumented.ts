// What instrument.ts bundles: the targets, and the counters that the code below them counts with.
import { atEngine } from './targets/at-engine.ts';
import { decoder } from './targets/decoder.ts';
import { lasting } from './targets/lasting.ts';
import { session } from './targets/session.ts';
import type { Target } from './target.ts';

export * as counters from './counters.ts';
export const targets: readonly Target[] = [decoder, session, lasting, atEngine];
