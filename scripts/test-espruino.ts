// `npm run test:espruino`: the tests of the Espruino target on Espruino's own interpreter, and what the clients cost there, beside others.
import { readFileSync } from 'node:fs';
import { transform } from 'esbuild';
import { bundleForEspruino, publishedFiles } from '../hardware-tests/boards/espruino/bundle.ts';
import { findEspruino, interpreterAt } from '../hardware-tests/boards/espruino/machine.ts';
import { measure, race, type Measured, type Subject } from '../hardware-tests/boards/espruino/meters.ts';
import { upload } from '../hardware-tests/boards/espruino/upload.ts';
import { Mosquitto } from '../hardware-tests/host/mosquitto.ts';
import { ceilings, judge, type CeilingName } from './ceilings.ts';
import { commandLine, fileToRead } from './command-line.ts';
import { filesBelow } from './files.ts';
import { runProcess } from './run-process.ts';
import { table } from './table.ts';
import { verdictOf } from './uvu-report.ts';

const { values } = commandLine({
    name: 'npm run test:espruino',
    purpose: "The tests of the Espruino target on Espruino's own interpreter, which ESPRUINO_BIN names, and what the clients cost there.",
    options: {
        'mqtt-js': { placeholder: 'FILE', kind: fileToRead, help: "Espruino's MQTT.js, which is measured, too" },
        'tiny-mqtt': { placeholder: 'FILE', kind: fileToRead, help: 'tinyMQTT, which is measured, too' },
        'no-tests': { help: 'measures only' },
    },
    codes: { 0: 'all passed', 1: 'a test failed, a ceiling is broken, or there is no interpreter or no Mosquitto' },
});
const found = findEspruino();
if ('because' in found) {
    console.error(`There is no Espruino to test on: ${found.because}.`);
    console.error('Clone github.com/espruino/Espruino, run `make BOARD=LINUX` there, and set ESPRUINO_BIN to the path of its bin/espruino.');
    process.exit(1);
}
let failed = 0;

for (const path of values['no-tests'] ? [] : filesBelow(['targets/espruino', 'hardware-tests/boards/espruino'], (name) => name.endsWith('.test.ts'))) {
    const ended = await runProcess(process.execPath, ['scripts/run.mjs', path], 300_000);
    const verdict = verdictOf(ended);
    failed += verdict.failed;
    console.log(`${verdict.failed > 0 ? 'FAIL' : ' ok '} ${path}: ${verdict.passed} passed, ${verdict.failed} failed`);
    if (verdict.failed > 0) console.log(ended.output.replace(/^/gm, '     | '));
}

const mosquitto = await Mosquitto.start();
if ('unavailable' in mosquitto) {
    console.log(`The meters need Mosquitto: ${mosquitto.unavailable}.`);
    process.exit(1);
}

/** What a figure is held to, by subject. */
const held: Record<string, Partial<Record<keyof Measured, CeilingName>>> = {
    'motemq': { connected: 'espruinoFullConnected', allocated: 'espruinoPublish0', peak: 'espruinoPublish0Peak', growthPublishing: 'espruinoGrowth', growthReceiving: 'espruinoGrowth', growthReconnecting: 'espruinoGrowth' },
    'motemq-pub': { connected: 'espruinoPublisherConnected', allocated: 'espruinoPublish0', peak: 'espruinoPublish0Peak', growthPublishing: 'espruinoGrowth', growthReconnecting: 'espruinoGrowth' },
};
const figures: readonly (readonly [title: string, key: keyof Measured])[] = [
    ['loaded from Storage', 'loaded'], ['connected', 'connected'], ['allocated by a publish', 'allocated'], ['at most at once', 'peak'],
    ['growth: 1,000 publishes', 'growthPublishing'], ['1,000 messages', 'growthReceiving'], ['50 reconnects', 'growthReconnecting'],
];

try {
    const files: Record<string, string> = { ...await publishedFiles(), meter: await bundleForEspruino('hardware-tests/boards/espruino/meter-main.ts') };
    const subjects: Subject[] = [{ name: 'motemq', start: 'motemq', receives: true, reconnects: true }, { name: 'motemq-pub', start: 'motemq', reconnects: true }];
    for (const [name, path] of [['MQTT.js', values['mqtt-js']], ['tinyMQTT', values['tiny-mqtt']]] as const) {
        if (path === undefined) continue;
        files[name] = (await transform(readFileSync(path, 'utf8'), { minify: true, target: 'es5' })).code;
        subjects.push({ name, start: 'other' });
    }
    // It says at once if there is no interpreter: not before --help has been answered.
    const { isTooSmall } = await import('../hardware-tests/boards/espruino/tests/engines.ts');
    const engine = interpreterAt(found.path);
    const flash = await upload(engine, files);
    const rows: string[][] = [];
    // With the code in memory, which an ESP8266 has not enough of.
    const speeds = await isTooSmall(engine, 'how many publishes a second', 2500) ? undefined : await race(engine, flash, subjects, mosquitto.port);
    for (const [index, subject] of subjects.entries()) {
        const measured = await measure(engine, flash, subject, mosquitto.port);
        rows.push([subject.name, files[subject.name].length.toLocaleString('en'), ...figures.map(([, key]) => {
            const figure = measured[key];
            const name = held[subject.name]?.[key];
            if (figure === undefined || name === undefined) return figure?.toLocaleString('en') ?? '-';
            const verdict = judge(name, figure);
            if (!verdict.held) failed++;
            return `${figure.toLocaleString('en')}${verdict.met ? '' : ` > ${ceilings[name].design}${verdict.held ? '' : ' !'}`}`;
        }), speeds?.[index].toLocaleString('en') ?? '-']);
    }
    console.log('\nVariables, on the interpreter at ESPRUINO_BIN; "-": not measured, or the interpreter cannot count.');
    console.log(table([['', 'bytes', ...figures.map(([title]) => title), 'publishes a second'], ...rows]));
} finally {
    await mosquitto.stop();
}
process.exitCode = failed > 0 ? 1 : 0;
