// How far a long step has got: a bar for people at a terminal, lines for others. On standard error, so that results can be piped.
import { need } from '../packages.ts';

export interface Progress {
    step(text: string): void;
    /** 0 to 1, of all. */
    share(done: number): void;
    /** Takes the bar away; safe twice. */
    end(): void;
}

export async function progress(): Promise<Progress> {
    if (!process.stderr.isTTY) return { step: text => console.error(text), share() {}, end() {} };
    const { default: { SingleBar } } = await need('cli-progress', () => import('cli-progress'));
    const bar = new SingleBar({ format: '{bar} {percentage}% {step}', hideCursor: true, clearOnComplete: true, stream: process.stderr });
    bar.start(1000, 0, { step: '' });
    return {
        step: step => bar.update({ step }),
        share: done => bar.update(Math.round(done * 1000)),
        end: () => bar.stop(),
    };
}
