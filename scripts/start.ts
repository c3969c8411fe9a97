// `npm start`: the main job. Reads the command line, runs, and turns what happened into an exit code.
import { HELP, UsageError, parseOptions } from './start/options.ts';
import { run } from './start/run.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
try {
    const options = parseOptions(process.argv.slice(2), process.env);
    if (options === null) process.stdout.write(HELP);
    else process.exitCode = await run(options, process.stdout, stop.signal);
} catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`npm start: ${error.message}\n\nnpm start -- --help tells more.\n`);
    process.exitCode = 2;
}
