// What `npm run bench -- cycle` runs to measure, in a network with a delay line or, with the word "proxy", in none: round trip in ms, number of
// wakes, "line" or "proxy", a word that names must have. Prints its figures as JSON, and nothing else.
import { delayLine, delayingProxy } from './cycle-link.ts';
import { measureAll } from './cycle-measure.ts';

const [roundTrip, cycles, kind, word] = process.argv.slice(2);
const link = kind === 'line' ? delayLine(Number(roundTrip)) : delayingProxy(Number(roundTrip));
const wakes = await measureAll(link, Number(cycles), word);
link.close();
console.log(JSON.stringify({ link: link.name, wakes }));
// Clients may keep timers.
process.exit(0);
