// `npm run modem`: a modem to talk to, with any terminal program or any driver. Behind its sockets are real connections.
import { dialectNamed, dialects } from '../hardware-tests/boards/modem/dialects/index.ts';
import { Faults, faultKinds, ratesOf, wordsOf } from '../hardware-tests/boards/modem/faults.ts';
import { pseudoTerminal, tcpPort } from '../hardware-tests/boards/modem/ends.ts';
import type { End } from '../hardware-tests/boards/modem/ends.ts';
import { anyText, commandLine, oneOf, wholeNumber } from './command-line.ts';

const names = dialects.map(({ name }) => name);
const { values } = commandLine({
    name: 'npm run modem',
    purpose: 'An emulated cellular modem, for any terminal program or driver. Behind its sockets are real connections. Ctrl-C ends it.',
    options: {
        dialect: { placeholder: 'NAME', kind: oneOf(names), otherwise: 'bg96', help: `which modem: ${names.join(', ')}` },
        pty: { help: 'at a pseudo-terminal, as a USB modem is' },
        tcp: { placeholder: 'PORT', kind: wholeNumber(0, 65535), otherwise: 0, help: 'without --pty: at this TCP port of this machine; 0: any free one' },
        pin: { placeholder: '1234', kind: anyText('a PIN'), help: 'the SIM wants this PIN' },
        apn: { placeholder: 'NAME', kind: anyText('the name of an access point'), help: 'the only access point name that gets an address' },
        baud: { placeholder: 'N', kind: wholeNumber(), otherwise: 115200, help: 'the speed that the modem is set to; 0: it finds out' },
        off: { help: 'switched off: there is no key to press here, so this modem stays silent' },
        faults: { placeholder: 'WORDS', kind: { is: "words, or 'all'", read: text => text === 'all' ? [''] : wordsOf(text) }, help: "what may go wrong, by words of its name, with commas between them, or 'all'" },
        seed: { placeholder: 'S', kind: wholeNumber(), otherwise: 1, help: 'decides when it does' },
        quiet: { help: 'does not show the bytes' },
    },
    more: `Faults: ${Object.keys(faultKinds).join(', ')}`,
    codes: { 0: 'it was ended', 1: 'it could not begin' },
});
const dialect = dialectNamed(values.dialect)!;
const faults = new Faults(values.seed, values.faults?.length ? ratesOf(values.faults) : {});
faults.note = what => console.log(`        ${what}`);
const shown = (bytes: Uint8Array): string => JSON.stringify(Buffer.from(bytes).toString('latin1'));
const options = {
    dialect, faults, baud: values.baud,
    ...(values.pin ? { sim: { state: 'pin' as const, pin: values.pin } } : {}), ...(values.apn ? { cell: { apn: values.apn } } : {}), ...(values.off ? { off: true as const } : {}),
    onTraffic: (toModem: boolean, bytes: Uint8Array) => values.quiet || console.log(`${toModem ? 'host  >' : 'modem >'} ${shown(bytes)}`),
};
const end: End = values.pty ? await pseudoTerminal(options) : await tcpPort(options, values.tcp);
console.log(`${dialect.model} by ${dialect.manufacturer}, at ${end.address}`);
console.log(`talk to it: ${end.howTo}   (commands end with ${dialect.strict ? 'CR LF' : 'CR'}; AT answers OK; Ctrl-C here ends it)`);
process.once('SIGINT', () => end.stop());
process.once('SIGTERM', () => end.stop());
