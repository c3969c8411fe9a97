// All reports of a run into one folder: results.json, results.tap, junit.xml, report.html, and a line more in history.jsonl.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from '../results.ts';
import { appendHistory, readHistory } from './history.ts';
import { pageOf } from './page.ts';
import { junitOf, tapOf } from './text.ts';

/** Returns the path of the page. */
export async function writeReports(folder: string, result: RunResult): Promise<string> {
    mkdirSync(folder, { recursive: true });
    const history = join(folder, 'history.jsonl');
    appendHistory(history, result);
    const page = join(folder, 'report.html');
    writeFileSync(join(folder, 'results.json'), `${JSON.stringify(result, null, 1)}\n`);
    writeFileSync(join(folder, 'results.tap'), await tapOf(result));
    writeFileSync(join(folder, 'junit.xml'), junitOf(result));
    writeFileSync(page, pageOf(result, readHistory(history)));
    return page;
}
