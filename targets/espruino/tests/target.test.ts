// The contracts of src/transport.ts on Espruino: transport and platform of dist/espruino/motemq-core-pub.js over real TCP, and over a
// network that behaves as badly as Espruino's can. On the model and, where it is to be had, on the interpreter.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { bootEspruino } from '../../../hardware-tests/boards/espruino/board.ts';
import type { EspruinoBoard } from '../../../hardware-tests/boards/espruino/board.ts';
import { publishedFiles } from '../../../hardware-tests/boards/espruino/bundle.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { engines } from '../../../hardware-tests/boards/espruino/tests/engines.ts';
import { until } from '../../../hardware-tests/host/until.ts';
import { CONNECTION_LOST, CONNECT_FAILED, NAME_NOT_RESOLVED, TRANSPORT_FAULT } from '../../../src/reasons.ts';

// The full client beside them would leave the tests no room on an ESP8266.
const { 'motemq-core-pub': core } = await publishedFiles();

/** Defined on the board, one after the other. */
const prelude = [
    'M=require("motemq-core-pub")', 'log=[]', 'inside={}', 'heard=""',
    'call=function(n,t){log.push(t);var f=inside[n];if(f){inside[n]=undefined;f();}}',
    'owner={onOpen:function(){call("open","open")},onBytes:function(b,s,e){for(var i=s;i<e;i++)heard+=String.fromCharCode(b[i]);call("bytes","bytes "+(e-s))},onWritable:function(){call("writable","writable")},onClose:function(r){call("close","close "+r)}}',
    'B=new Uint8Array(1000)',
    'B.set("0123456789")',
    'make=function(o){return T=new M.TcpTransport(o)}',
    // A network whose sockets the test plays.
    'fake={connect:function(o,c){if(fake.refuses)throw new Error(fake.refuses);K={dSnd:"",h:{},out:"",ended:0,on:function(e,f){K.h[e]=f},removeAllListeners:function(e){delete K.h[e]},write:function(t){if(K.throws)throw new Error("This socket is closed");K.out+=t;K.dSnd+=t},end:function(){K.ended++;if(K.throws)throw new Error("Not connected to the internet")}};fake.c=c;return K}}',
    'fed=function(){make({io:fake,host:"x",readSize:8,queueSize:20}).open(owner);fake.c.call(K);return K}',
];

for (const engine of engines) {
    const plain = suite(engine.name);
    /** A test that fails, too, if something was thrown that nobody caught. (uvu is silent about a hook that fails.) */
    const tests = (name: string, play: () => Promise<void>): void => plain(name, async () => {
        await play();
        assert.not.match(board.lines.join('\n'), 'Uncaught');
    });
    let flash: Buffer;
    let board: EspruinoBoard;
    let port = 0;
    let sockets: Socket[] = [];
    let received = '';
    const server = createServer({ noDelay: true }, (socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.on('data', (data) => (received += data.toString('latin1')));
    });

    const run = (expression: string): Promise<string> => board.evaluate(`(${expression},0)`);
    const logged = (): Promise<string> => board.evaluate('log.join("|")');
    const logs = async (text: string): Promise<void> => {
        for (let tries = 0; (await logged()) !== text; tries++) if (tries > 1000) assert.is(await logged(), text);
    };
    const connect = async (options = ''): Promise<Socket> => {
        const before = sockets.length;
        await run(`make({io:require("net"),host:"127.0.0.1",port:${port}${options}}).open(owner)`);
        await logs('open');
        await until('the peer is connected', () => sockets.length > before);
        return sockets[before];
    };

    plain.before(async () => {
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        port = (server.address() as AddressInfo).port;
        flash = await upload(engine, { 'motemq-core-pub': core });
    });
    plain.before.each(async () => {
        received = '';
        sockets = [];
        board = await bootEspruino(engine, flash);
        for (const line of prelude) await run(line);
    });
    plain.after.each(async () => {
        await board.stop();
        sockets.forEach((socket) => socket.destroy());
    });
    plain.after(() => void server.close());

    tests('only start..end is taken, at once, and sent when the turn is over', async () => {
        await connect();
        assert.is(await board.evaluate('[T.write(B,2,5),T.write(B,7,8),(B.set("XXXXXXXXXX"),T.flush())].join()'), '3,1,');
        await until('bytes arrive', () => received.length === 4);
        assert.is(received, '2347');
        assert.is(await logged(), 'open');
    });

    tests('every byte goes out and comes in as it is, in pieces of readSize', async () => {
        const peer = await connect(',readSize:100');
        await run('all=new Uint8Array(256),all.map(function(v,i){all[i]=i}),T.write(all,0,256)');
        await until('bytes arrive', () => received.length === 256);
        assert.equal(Buffer.from(received, 'latin1'), Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index)));
        peer.write(Buffer.from(received, 'latin1'));
        await logs('open|bytes 100|bytes 100|bytes 56');
        assert.is(await board.evaluate('(function(){for(var i=0;i<256;i++)if(heard.charCodeAt(i)!==i)return i;return heard.length})()'), '256');
    });

    tests('no more than queueSize waits; onWritable follows when it has left', async () => {
        await connect(',queueSize:10');
        assert.is(await board.evaluate('[T.write(B,0,7),T.write(B,0,7),T.write(B,0,7)].join()'), '7,3,0');
        await logs('open|writable');
        assert.is(received, '0123456012');
        assert.is(await board.evaluate('T.write(B,3,6)'), '3');
        await until('bytes arrive', () => received.length === 13);
        assert.is(await logged(), 'open|writable');
    });

    tests('a write before onOpen takes nothing, and onWritable follows onOpen', async () => {
        assert.is(await board.evaluate(`[make({io:require("net"),host:"127.0.0.1",port:${port}}).write(B,0,3),T.open(owner),T.write(B,0,3)].join()`), '0,,0');
        await logs('open|writable');
        assert.is(received, '');
    });

    for (const how of ['FIN', 'RST'] as const) {
        tests(`${how} is CONNECTION_LOST, once, after the bytes before it, and open connects again`, async () => {
            const peer = await connect();
            if (how === 'FIN') peer.end('farewell');
            else peer.resetAndDestroy();
            await logs(how === 'FIN' ? `open|bytes 8|close ${CONNECTION_LOST}` : `open|close ${CONNECTION_LOST}`);
            assert.is(await board.evaluate('T.write(B,0,3)'), '0');
            await run('log=[],T.open(owner)');
            await logs('open');
        });
    }

    tests('what cannot be connected is told in a turn of its own, once', async () => {
        server.close();
        await run(`make({io:require("net"),host:"127.0.0.1",port:${port}}),T.open(owner),log.push("opened")`);
        await logs(`opened|close ${CONNECT_FAILED}`);
        server.listen(port, '127.0.0.1');
        await run('log=[],make({io:require("net"),host:"no.such.host.invalid",port:1}).open(owner)');
        await logs(`close ${NAME_NOT_RESOLVED}`);
        await run('log=[],T.open(owner),T.close()');
        await run('setTimeout(function(){log.push("later")},20)');
        await logs('later');
    });

    tests('close sends what was taken, is silent, twice too, and safe from inside a callback', async () => {
        const peer = await connect();
        let ended = false;
        peer.on('end', () => (ended = true));
        await run('T.write(B,0,4),T.close(),T.close()');
        await until('the end arrives', () => ended);
        assert.is(received, '0123');
        peer.end('late');
        await run('setTimeout(function(){log.push("later")},20)');
        await logs('open|later');
        for (const callback of ['bytes', 'close']) {
            await run('log=[]');
            const next = await connect();
            await run(`inside.${callback}=function(){T.close();T.close()}`);
            next.end('hello'.repeat(20));
            await logs(callback === 'bytes' ? 'open|bytes 100' : `open|bytes 100|close ${CONNECTION_LOST}`);
        }
    });

    tests('open inside onClose connects again', async () => {
        const peer = await connect();
        await run('inside.close=function(){T.open(owner)}');
        peer.end();
        await logs(`open|close ${CONNECTION_LOST}|open`);
        await run('T.write(B,0,2)');
        await until('bytes arrive', () => received === '01');
    });

    tests('a socket that throws ends the connection, in a turn of its own', async () => {
        await run('fed(),K.throws=true');
        assert.is(await board.evaluate('[T.write(B,0,3),T.write(B,0,3),log.join()].join()'), '3,0,open');
        await logs(`open|close ${TRANSPORT_FAULT}`);
        assert.is(await board.evaluate('K.ended'), '1');
    });

    tests('an owner that throws ends the connection, and nothing leaves the callback', async () => {
        await run('fed(),inside.bytes=function(){throw new Error("broken")},K.h.data.call(K,"x")');
        await logs(`open|bytes 1|close ${TRANSPORT_FAULT}`);
        assert.ok(board.lines.some((line) => line.startsWith('motemq:') && line.includes('broken')));
    });

    tests('a socket that tells something after it was closed is not heard', async () => {
        await run('fed(),d=K.h.data,e=K.h.close,o=K,T.close(),d.call(o,"x"),e.call(o),fake.c.call(o)');
        assert.is(await logged(), 'open');
        await run('T.open(owner),d.call(o,"x"),e.call(o),fake.c.call(o)');
        assert.is(await logged(), 'open');
    });

    tests('what is left of a text is not handed on when its first piece ends the connection', async () => {
        await run('fed(),inside.bytes=function(){T.close()},K.h.data.call(K,"more than one piece of 8")');
        assert.is(await logged(), 'open|bytes 8');
        await run('log=[],fed(),inside.bytes=function(){T.open(owner)},K.h.data.call(K,"more than one piece of 8")');
        assert.is(await logged(), 'open|bytes 8');
    });

    tests('the end of an attempt that failed is not told to the next', async () => {
        await run('make({io:fake,host:"x"}),fake.refuses="no",T.open(owner),fake.refuses="",T.open(owner),fake.c.call(K)');
        await run('setTimeout(function(){log.push("later")},20)');
        await logs('open|later');
    });

    tests('an old socket that cannot get rid of its bytes is emptied two connections later', async () => {
        await run('fed(),T.write(B,0,5),stuck=K,T.open(owner),fake.c.call(K)');
        assert.is(await board.evaluate('[stuck.dSnd,stuck.ended].join()'), '01234,1');
        await run('T.open(owner)');
        assert.is(await board.evaluate('stuck.dSnd'), '');
    });

    tests('wrong options throw where they are handed over', async () => {
        const thrown = (options: string): Promise<string> => board.evaluate(`(function(){try{make(${options});return "no"}catch(e){return ""+e}})()`);
        assert.match(await thrown('{io:fake,host:"x",port:0}'), /motemq: port: 0/);
        assert.match(await thrown('{io:fake,host:"x",port:1883.5}'), /motemq: port: 1883.5/);
        assert.match(await thrown('{io:fake,host:"x",queueSize:0}'), /motemq: queueSize: 0/);
        assert.match(await thrown('{io:fake,host:"x",readSize:-1}'), /motemq: readSize: -1/);
    });

    tests('one wake is pending; a later call replaces it, a negative one removes it, and it never comes inside the call', async () => {
        await run('P=new M.EspruinoPlatform(),P.attach({onWake:function(){log.push("wake")}}),P.wakeAfter(1),P.wakeAfter(30),P.wakeAfter(0),log.push("none yet")');
        await logs('none yet|wake');
        await run('log=[],P.wakeAfter(1),P.wakeAfter(-1),setTimeout(function(){log.push("later")},20)');
        await logs('later');
        await run('log=[],P.attach({onWake:function(){throw new Error("thrown")}}),P.wakeAfter(0),setTimeout(function(){P.attach({onWake:function(){log.push("wake")}});P.wakeAfter(0)},20)');
        await logs('wake');
    });

    tests('the clock goes on in ms, and leaves out that somebody has set the time', async () => {
        await run('P=new M.EspruinoPlatform(),P.attach({onWake:function(){}}),time=1000,global.getTime=function(){return time}');
        await run('P=new M.EspruinoPlatform()');
        assert.is(await board.evaluate('(a=P.now(),time+=1.2345,P.now()-a)'), '1234');
        assert.is(await board.evaluate('(time+=0.0009,P.now()-a)'), '1235');
        // SNTP, while a wake is pending.
        assert.is(await board.evaluate('(P.wakeAfter(5000),time+=1.8e9,P.now()-a)'), '1235');
        assert.is(await board.evaluate('(time+=4,P.now()-a)'), '5235');
        assert.is(await board.evaluate('(time-=1e9,P.now()-a)'), '5235');
        assert.is(await board.evaluate('(time+=2,P.now()-a)'), '7235');
        await run('P.wakeAfter(-1)');
    });

    tests('random numbers have 32 bits, and differ from board to board and from moment to moment', async () => {
        const numbers = async (serial: string): Promise<string> => board.evaluate(`(global.getTime=function(){return 5},global.getSerial=function(){return "${serial}"},P=new M.EspruinoPlatform(),[P.random(),P.random(),P.random()].join())`);
        const first = await numbers('24:0a:c4:00:00:01');
        const second = await numbers('24:0a:c4:00:00:02');
        assert.is(new Set([...first.split(','), ...second.split(',')]).size, 6);
        assert.ok(first.split(',').every((text) => Number.isInteger(Number(text)) && Math.abs(Number(text)) < 2 ** 32));
    });

    tests('a text becomes its UTF-8 bytes', async () => {
        assert.is(await board.evaluate('new M.EspruinoPlatform().utf8("a/b").join()'), '97,47,98');
        assert.is(await board.evaluate('new M.EspruinoPlatform().utf8("").length'), '0');
        // As it comes from a source file.
        assert.is(await board.evaluate('new M.EspruinoPlatform().utf8("\\xc3\\xa9").join()'), '195,169');
    });

    plain.run();
}
