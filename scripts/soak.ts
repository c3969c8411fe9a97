// `npm run soak`: devices, real sockets, a broker and links that break, for an hour.
import { xsEngine } from '../hardware-tests/boards/xs/build.ts';
import { judgeMemory } from '../hardware-tests/host/soak/memory.ts';
import { bound, soak } from '../hardware-tests/host/soak/soak.ts';
import type { SoakResult } from '../hardware-tests/host/soak/soak.ts';
import { commandLine, numberAbove0, oneOf, wholeNumber } from './command-line.ts';
import { table } from './table.ts';

const { values } = commandLine({
    name: 'npm run soak',
    purpose: `Real devices (Node, TLS, publish-only, a board with XS) and a broker behind proxies that break links; storms and calms take turns.
In every calm all that was accepted must have arrived, and memory and sockets must be what they were.`,
    options: {
        minutes: { placeholder: 'N', kind: numberAbove0(1e6), otherwise: 60, help: 'how many minutes it lasts' },
        storm: { placeholder: 'S', kind: numberAbove0(1e6), otherwise: 15, help: 'how many seconds a storm lasts' },
        seed: { placeholder: 'S', kind: wholeNumber(), otherwise: 1, help: 'decides what breaks' },
        broker: { placeholder: 'NAME', kind: oneOf(['mosquitto', 'aedes']), otherwise: 'mosquitto', help: 'mosquitto or aedes; without Mosquitto it is aedes' },
    },
    codes: { 0: 'nothing lost, nothing wedged, nothing leaked', 1: 'something was lost, stays stuck, or grows' },
});
const say = (line: string): void => console.log(line);
const number = (value: number): string => value.toLocaleString('en');

function progress({ hours, storms, published, received, connections, resends, repeats, slowest, held, sockets }: SoakResult): string {
    const minutes = (hours * 60).toFixed(1).padStart(5);
    return `${minutes} min, ${storms} storms: ${number(published[0] + published[1])} published, ${number(received)} received, ${number(connections)} connections, `
        + `${number(resends)} sent again, ${number(repeats)} came again, slowest calm ${slowest.toFixed(1)} s, sockets ${sockets.at(-1)}, `
        + `held: ${judgeMemory(held).filter(({ what }) => what !== 'externalBytes').map(({ process: name, what, value }) => `${name} ${number(value)} ${what}`).join(', ')}`;
}

const engine = await xsEngine();
if (!engine.available) say(`no virtual board takes part, because ${engine.because}`);
let told = 0;
const result = await soak({
    ...values, program: engine.available ? engine.path : null, say,
    onCalm(now) {
        if (now.hours * 60 < told) return;
        told = Math.floor(now.hours * 60) + 1;
        say(progress(now));
    },
});
const memory = judgeMemory(result.held);
const faults = [...result.faults, ...memory.filter(({ broken }) => broken).map(({ process: name, what, slope }) => `${name}: ${what} grows by ${number(Math.round(slope))} an hour`)];
const { published, weather, slowest, wills, refused } = result;
say('');
say(table([['weather', 'times'], ...[...weather].sort(([one], [other]) => one < other ? -1 : 1).map(([name, times]) => [name, number(times)])]));
say(`\n${result.broker}, ${result.devices.length} devices (${result.devices.join(', ')}), seed ${values.seed}, ${(result.hours * 60).toFixed(1)} min\n${progress(result)}`);
say(`QoS 1 ${number(published[1])}, QoS 0 ${number(published[0])} accepted, ${number(refused)} refused for want of room, ${number(wills)} wills`);
say(`everything delivered at most ${slowest.toFixed(1)} s after a storm; ${bound} s are allowed`);
say('');
say(table([['process', 'what it holds', 'at the end', 'more each hour', 'error', 'allowed'], ...memory.map(({ process: name, what, value, slope, error, allowance }) =>
    [name, what, ...[value, slope, error].map((figure) => number(Math.round(figure))), allowance === null ? 'not judged' : number(allowance)])], [1]));
say('');
for (const fault of faults.slice(0, 20)) say(`FAULT ${fault}`);
say(faults.length === 0 ? 'nothing lost, nothing wedged, nothing leaked' : `${faults.length} promises broken`);
process.exitCode = faults.length === 0 ? 0 : 1;
