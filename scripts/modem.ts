// `npm run modem`: a modem to talk to, with any terminal program or any driver. Behind its sockets are real connections.
import { parseArgs } from 'node:util';
import { dialectNamed, dialects } from '../hardware-tests/boards/modem/dialects/index.ts';
import { Faults, faultKinds, ratesOf, wordsOf } from '../hardware-tests/boards/modem/faults.ts';
import { pseudoTerminal, tcpPort } from '../hardware-tests/boards/modem/ends.ts';
import type { End } from '../hardware-tests/boards/modem/ends.ts';
import { whole } from './whole.ts';

const help = `npm run modem -- --dialect NAME [--pty | --tcp PORT] [options]
  --dialect NAME   ${dialects.map(({ name }) => name).join(', ')}; bg96 if left out
  --pty            a pseudo-terminal, as a USB modem is one; --tcp PORT: a TCP port of this machine, 0 for any free one
  --pin 1234       the SIM wants this PIN
  --apn NAME       the only access point name that gets an address
  --baud N         the speed that the modem is set to; 0: it finds out
  --off            switched off: there is no key to press here, so this modem stays silent
  --faults WORDS   what may go wrong, by words of its name, or 'all'; --seed S decides when
  --quiet          does not show the bytes
faults: ${Object.keys(faultKinds).join(', ')}`;

const { values } = parseArgs({
    options: {
        'dialect': { type: 'string', default: 'bg96' }, 'pty': { type: 'boolean' }, 'tcp': { type: 'string' }, 'pin': { type: 'string' }, 'apn': { type: 'string' },
        'baud': { type: 'string', default: '115200' }, 'off': { type: 'boolean' }, 'seed': { type: 'string', default: '1' }, 'faults': { type: 'string', default: '' },
        'quiet': { type: 'boolean' }, 'help': { type: 'boolean' },
    },
});
const dialect = dialectNamed(values.dialect);
const words = values.faults === 'all' ? [''] : wordsOf(values.faults);
if (values.help || !dialect) {
    console.log(dialect ? help : `there is no dialect ${values.dialect}\n${help}`);
    process.exitCode = dialect ? 0 : 1;
} else {
    const faults = new Faults(whole('seed', values.seed), words.length ? ratesOf(words) : {});
    faults.note = what => console.log(`        ${what}`);
    const shown = (bytes: Uint8Array): string => JSON.stringify(Buffer.from(bytes).toString('latin1'));
    const options = {
        dialect, faults, baud: whole('baud', values.baud),
        ...(values.pin ? { sim: { state: 'pin' as const, pin: values.pin } } : {}), ...(values.apn ? { cell: { apn: values.apn } } : {}), ...(values.off ? { off: true as const } : {}),
        onTraffic: (toModem: boolean, bytes: Uint8Array) => values.quiet || console.log(`${toModem ? 'host  >' : 'modem >'} ${shown(bytes)}`),
    };
    const end: End = values.pty ? await pseudoTerminal(options) : await tcpPort(options, whole('tcp', values.tcp ?? '0'));
    console.log(`${dialect.model} by ${dialect.manufacturer}, at ${end.address}`);
    console.log(`talk to it: ${end.howTo}   (commands end with ${dialect.strict ? 'CR LF' : 'CR'}; AT answers OK; Ctrl-C here ends it)`);
    process.once('SIGINT', () => end.stop());
    process.once('SIGTERM', () => end.stop());
}
