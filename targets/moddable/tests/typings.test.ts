// What an application in TypeScript hands over has the types of Moddable's own `@moddable/typings`: our interfaces take it, and
// say more where those typings are wrong (TCP.write returns a number).
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, rmSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/root.ts';
import { runProcess } from '../../../scripts/run-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'motemq-typings-'));
const tsc = join(root, 'node_modules', '.bin', 'tsc');

const application = `
import TCP from 'embedded:io/socket/tcp';
import TLSSocket from 'embedded:io/socket/tcp/tls';
import UDP from 'embedded:io/socket/udp';
import Resolver from 'embedded:network/dns/resolver/udp';
import Preference from 'preference';
import { ModdablePlatform, RecordStore, TcpTransport, TlsTransport, preferenceValues } from './types/targets/moddable/index.js';
import { Client } from './types/src/index.js';

const dns = { io: Resolver, servers: ['192.0.2.53'], socket: { io: UDP } };
const transport = new TcpTransport({ io: TCP, host: 'broker.example', dns });
new TlsTransport({ io: TLSSocket, TCP: { io: TCP }, host: 'broker.example', dns, secure: { applicationLayerProtocolNegotiation: 'mqtt' } });
new RecordStore({ values: preferenceValues(Preference, 'motemq') });
new Client({ platform: new ModdablePlatform(), transport, sendBuffer: transport.sendBuffer, receiveBuffer: new Uint8Array(64), clientId: '' });
// @ts-expect-error no socket's class
new TcpTransport({ io: Preference });
// @ts-expect-error no values
new RecordStore({ values: transport });
`;

test.before(async () => {
    const declarations = join(folder, 'declarations.json');
    writeFileSync(declarations, JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        compilerOptions: { noEmit: false, declaration: true, emitDeclarationOnly: true, rewriteRelativeImportExtensions: true, rootDir: root, outDir: join(folder, 'types'), typeRoots: [join(root, 'node_modules', '@types')] },
        files: ['index.ts', 'modules.d.ts'].map(name => join(root, 'targets', 'moddable', name)).concat(join(root, 'src', 'index.ts'), join(root, 'src', 'texts.d.ts')),
        include: [],
    }));
    const { code, output } = await runProcess(tsc, ['-p', declarations], 60_000);
    assert.is(code, 0, output);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

test('sockets, resolvers and preferences of @moddable/typings are taken', async () => {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'node_modules', '@moddable'), join(folder, 'node_modules', '@moddable'));
    const typings = ['embedded_io/_common', 'embedded_io/socket/tcp', 'embedded_io/socket/tls', 'embedded_io/socket/udp', 'embedded_network/dns/resolver/udp', 'preference'];
    writeFileSync(join(folder, 'typings.d.ts'), typings.map(name => `/// <reference path="node_modules/@moddable/typings/${name}.d.ts" />\n`).join(''));
    writeFileSync(join(folder, 'application.ts'), application);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
        compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, skipLibCheck: true, types: [] },
        files: ['application.ts', 'typings.d.ts'],
    }));
    const { code, output } = await runProcess(tsc, ['-p', folder], 60_000);
    assert.is(code, 0, output);
});

test.run();
