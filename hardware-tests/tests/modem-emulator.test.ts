// The emulator itself: it answers as the published dialogues do, byte for byte; it can be reached at a TCP port and at a pseudo-terminal; behind
// its sockets are real connections.
import { constants } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dialoguesOf } from '../../targets/modem/tests/dialogues.ts';
import { dialectNamed, dialects } from '../boards/modem/dialects/index.ts';
import { emulate } from '../boards/modem/emulator.ts';
import { pseudoTerminal, tcpPort } from '../boards/modem/ends.ts';
import type { End } from '../boards/modem/ends.ts';
import { noFaults } from '../boards/modem/faults.ts';
import { VirtualClock, virtualNetwork } from '../boards/modem/virtual-world.ts';
import type { Peer } from '../boards/modem/virtual-world.ts';
import { until } from '../host/until.ts';

/** Dialogues of one life of a modem, in order; `<` begins one in which the peer sends the counted bytes first, `x` one that the peer ends. */
const lives: readonly (readonly [modem: string, file: string, before: string, dialogues: string])[] = [
    ['sim800', 'sim800-cip', 'ATE0\r', 'init open-ok status send-quick send-not-connected@1 <recv recv-none available@0 close'],
    ['sim800', 'sim800-cip', 'ATE0\r', 'init open-ok open-already xremote-close'],
    ['sim7600', 'sim7600-a76xx-cipopen', 'ATE0\r', 'net-up net-already-up net-query open-ok send send-too-long <recv close'],
    ['sim7600', 'sim7600-a76xx-cipopen', 'ATE0\r', 'open-fail-net send-not-connected net-up open-ok <recv-evil close-query@open xremote-close'],
    ['sim7080', 'sim7080-ca', 'ATE0\r', 'pdp-up open-ok send <recv available-none recv-none close'],
    ['sim7080', 'sim7080-ca', 'ATE0\r', 'pdp-up open-ok <recv-evil xremote-close tls-config'],
    ['bg96', 'quectel-q', '', 'echo-on-probe'],
    ['bg96', 'quectel-q', 'ATE0\r', 'pdp-up open-ok open-id-in-use send <recv recv-none xremote-close'],
    ['bg96', 'quectel-q', 'ATE0\r', 'pdp-up open-ok <recv-evil send power-off'],
    ['ublox', 'ublox-uso', 'ATE0\rAT+CMEE=2\rAT+CGDCONT=1,"IP","internet"\r', 'open-ok send <recv recv-none close'],
    ['ublox', 'ublox-uso', 'ATE0\rAT+CMEE=2\r', 'open-ok <recv-quote xremote-close'],
    ['esp-at', 'esp-at', 'ATE0\r\nAT+CWJAP="n","p"\r\n', 'open-ok send <recv recv-none xremote-close'],
    ['nordic', 'nordic-sm', 'ATE0\r', 'open-ok send-hex send-data-mode <recv recv-none'],
];

for (const [name, file, before, list] of lives) {
    test(`${name} answers as in the dialogues ${list}`, () => {
        const dialogues = dialoguesOf(file);
        const clock = new VirtualClock();
        let said = '';
        let peer: Peer | null = null;
        let gone = '';
        const { line } = emulate({
            clock, dialect: dialectNamed(name)!, faults: noFaults(2), cell: { delay: 0 }, chunkSize: 1000,
            network: virtualNetwork(clock, (each) => {
                peer = each;
                return { onBytes: bytes => void (gone += Buffer.from(bytes).toString('latin1')), onEnd: () => {} };
            }),
            toHost: bytes => void (said += Buffer.from(bytes).toString('latin1')),
        });
        const wait = (): void => void clock.pass(clock.time + 2000, () => false);
        for (const command of before.match(/[^\n]+?\r\n?/g) ?? []) {
            line.fromHost(Buffer.from(command, 'latin1'));
            wait();
        }
        for (const word of list.split(' ')) {
            const [, mark, dialogueName, change] = /^([<x]?)([^@]+)(?:@(.*))?$/.exec(word)!;
            const { steps } = dialogues.find(each => each.name === dialogueName)!;
            said = '';
            let wanted = '';
            if (mark === '<') {
                const raw = steps.find(step => step.raw)!;
                peer!.write(Buffer.from(raw.bytes.slice(raw.raw!.off, raw.raw!.off + raw.raw!.len), 'latin1'));
                wait();
            }
            if (mark === 'x') peer!.close(true);
            for (const step of steps) {
                // `@1`: with another socket; `@0`, `@open`: with what is so here.
                const bytes = change === '1' ? step.bytes.replace('SEND=0', 'SEND=1') : step.bytes;
                if (step.dir === 'modem') {
                    wanted += change === '0' ? bytes.replace('30', '0') : bytes;
                } else {
                    line.fromHost(Buffer.from(bytes, 'latin1'));
                    wait();
                    if (step.data) assert.ok(gone.endsWith(bytes), `${word}: the peer got the bytes`);
                }
            }
            wait();
            // Firmwares differ here; both forms are in the dialogues.
            const plain = (text: string): string => text.replace(/> /g, '>').replace(/\r\n\+CASEND: 0,0,14\r\n/, '');
            assert.is(plain(said), plain(wanted), word);
        }
    });
}

/** Takes what the modem says until it ends with `end`. */
async function ask(write: (text: string) => void, heard: () => string, text: string, end: string): Promise<string> {
    const from = heard().length;
    write(text);
    await until(`the modem says ${JSON.stringify(end)}`, () => heard().slice(from).endsWith(end));
    return heard().slice(from);
}

/** A whole conversation of a bg96 at `end`, whose socket leads to an echoing server. */
async function converse(write: (text: string) => void, heard: () => string): Promise<void> {
    const server = createServer(socket => void socket.on('error', () => {}).pipe(socket));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
        assert.is(await ask(write, heard, 'AT\r', 'OK\r\n'), 'AT\r\r\nOK\r\n');
        await ask(write, heard, 'ATE0\r', 'OK\r\n');
        await ask(write, heard, 'AT+QIACT=1\r', 'OK\r\n');
        await ask(write, heard, `AT+QIOPEN=1,0,"TCP","127.0.0.1",${port},0,0\r`, '+QIOPEN: 0,0\r\n');
        await ask(write, heard, 'AT+QISEND=0,5\r', '> ');
        const from = heard().length;
        write('he\x1a\r\n');
        await until('it was sent and came back', () => heard().slice(from).includes('SEND OK\r\n') && heard().slice(from).includes('"recv",0\r\n'));
        assert.is(await ask(write, heard, 'AT+QIRD=0,100\r', 'OK\r\n'), '\r\n+QIRD: 5\r\nhe\x1a\r\n\r\n\r\nOK\r\n');
        assert.is(await ask(write, heard, 'AT+QICLOSE=0\r', 'OK\r\n'), '\r\nOK\r\n');
    } finally {
        server.close();
    }
}

const quick = { dialect: dialectNamed('bg96')!, pace: { least: 0, most: 1, boot: 10 }, cell: { delay: 0 } };

test('at a TCP port, with a real connection behind its socket', async () => {
    const end = await tcpPort(quick, 0);
    const socket = connect(Number(end.address.split(':')[1]), '127.0.0.1');
    let heard = '';
    socket.on('data', (bytes: Buffer) => void (heard += bytes.toString('latin1')));
    socket.on('error', () => {});
    try {
        await converse(text => void socket.write(text, 'latin1'), () => heard);
    } finally {
        socket.destroy();
        end.stop();
    }
});

test('at a pseudo-terminal, which changes no byte and stays when the host closes it', async () => {
    let end: End;
    try {
        end = await pseudoTerminal(quick);
    } catch (error) {
        console.log(`SKIPPED: the pseudo-terminal, because ${(error as Error).message}`);
        return;
    }
    try {
        for (let round = 0; round < 2; round++) {
            // Not as the terminal that controls this process: it would end with it.
            const file = await openFile(end.address, constants.O_RDWR | constants.O_NOCTTY);
            let heard = '';
            const state = { over: false };
            const buffer = Buffer.alloc(1000);
            const read = async (): Promise<void> => {
                while (!state.over || !heard.endsWith('OK\r\n')) heard += buffer.toString('latin1', 0, (await file.read(buffer, 0, 1000, null)).bytesRead);
            };
            const reading = read();
            const write = (text: string): void => void file.write(Buffer.from(text, 'latin1'));
            if (round === 0) await converse(write, () => heard);
            // A read of a terminal ends with bytes only: the last one takes the answer to this.
            state.over = true;
            await ask(write, () => heard, 'AT\r', 'OK\r\n');
            await reading;
            await file.close();
        }
    } finally {
        end.stop();
    }
});

test('every modem has a name and commands of its own', () => {
    assert.is(new Set(dialects.map(({ name }) => name)).size, 7);
});

test.run();
