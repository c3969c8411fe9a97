// The program `motemq` inside this process, which is quicker than one of its own: what it prints, and its exit code.
import { main } from '../host/harness/cli.ts';

/** Runs one command line at a time. */
export async function motemq(...words: string[]): Promise<{ readonly code: number; readonly output: string }> {
    const { log, error } = console;
    let output = '';
    console.log = console.error = (text: unknown) => void (output += `${String(text)}\n`);
    try {
        return { code: await main(words), output };
    } finally {
        Object.assign(console, { log, error });
    }
}
