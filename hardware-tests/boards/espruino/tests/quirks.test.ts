// Where Espruino is unlike Node: what the target is built on. Each quirk is checked on the model and, where it is to be had, on
// the interpreter, so that the two cannot drift.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { until } from '../../../host/until.ts';
import { bootEspruino } from '../board.ts';
import type { EspruinoBoard } from '../board.ts';
import { engines } from './engines.ts';

/** Expressions and what they print. `attempt(f)` is what f throws, or its value. */
const expressions: readonly [quirk: string, expression: string, printed: string][] = [
    ['clearTimeout(undefined) throws', 'attempt(function(){clearTimeout(undefined);return "no"}).substr(0,9)', 'Exception'],
    ['clearTimeout of a timer that is over, or never was, does nothing', 'attempt(function(){clearTimeout(99);return "no"})', 'no'],
    ['clearInterval ends what setInterval began', 'attempt(function(){clearInterval(setInterval(print,1));return "no"})', 'no'],
    ['there is no RangeError', 'typeof RangeError', 'undefined'],
    ['there is no Symbol, Map or Set', '[typeof Symbol,typeof Map,typeof Set].join()', 'undefined,undefined,undefined'],
    ['a typed array takes a string, one byte a character', 'bytes("a\\xff",3).join()', '97,255,0'],
    ['bytes beyond a typed array are ignored', 'bytes("abcd",2).join()', '97,98'],
    ['a typed array starts before itself, and what is outside is ignored', '(function(){var b=bytes("xyz",3);b.set(new Uint8Array([1,2]),2);return b})().join()', '120,121,1'],
    ['E.toString makes one character of each byte', 'E.toString(new Uint8Array([0,65,255])).length+E.toString(new Uint8Array([65,66,67]).subarray(1,3))', '3BC'],
    ['E.toString puts texts, arrays and the lower 8 bits of numbers together', '(function(t){return [t.length,t.charCodeAt(0),t.charCodeAt(1),t.substr(2)].join()})(E.toString(7,0x141,"ab",new Uint8Array([67]),""))', '5,7,65,abC'],
    ['and arrays of these in arrays', 'E.toString([65,[0x142,"c"]],68)', 'ABcD'],
    ['for what is none of these it throws', '[undefined,null,{},[5,undefined]].map(function(v){return attempt(function(){return E.toString(v)}).substr(0,9)}).join()', 'Exception,Exception,Exception,Exception'],
    ['a truth is a number to it', 'E.toString(true,65,false).length+","+E.toString(true).charCodeAt(0)', '3,1'],
    ['that of no bytes is an empty text', 'E.toString(new Uint8Array(0))+"."+E.toString("")+"."+E.toString([]).length', '..0'],
    ['true and false are 1 and 0 to 32-bit operators, which bind less tightly than a comparison', '[4==4^3<4,5==4^3<4,64>>4^3?1:2,48>>4^3?1:2,undefined>>>0>2,-1>>>0>2].join()', '0,1,1,2,false,true'],
    ['E.toUint8Array makes bytes of the same', 'E.toUint8Array("a\\xff",[1,[0x102]]).join()', '97,255,1,2'],
    ['a byte beyond an array counts as 0 in 32-bit operators, and is not greater than a number', '(function(b){return (b[1]&127)+","+(b[1]>127)})(new Uint8Array(1))', '0,false'],
    ['true counts as 1, false as 0', '(function(a){a+=2>1;return a+(48|true)+(48|false)+(+false)})(1)', '99'],
    ['Error makes one without new', 'attempt(function(){throw Error("hey")}).substr(-3)', 'hey'],
    ['the clock has microseconds', '(function(){for(var i=0;i<99;i++)if(getTime()*1e3%1>.01)return true})()', 'true'],
    ['where a value goes is settled before the value', '(function(q,s){q[--s][0]|=q[s][0]>64?0:8;return q[0][0]+","+s})([[48]],1)', '56,0'],
    ['a number has no members', 'attempt(function(){var s=0;s.dSnd="";s.end();return "no"}).substr(0,9)', 'Exception'],
    ['some goes on while its function returns 0', '[5,6,7].some(function(v,i){return v==6&&i==1?1:0})', 'true'],
    ['a character beyond a text is no number', 'isNaN("a".charCodeAt(1))+","+("a".charCodeAt(1)&127)', 'true,0'],
    ['clearTimeout(0) does nothing', 'attempt(function(){clearTimeout(0);return "no"})', 'no'],
    ['an object that a constructor returns is what new makes', '(function(){var o={};function F(){return o}return new F()===o})()', 'true'],
    ['that of a whole array of 17 bytes and more shares its memory', '(function(){var b=new Uint8Array(17),s=E.toString(b);b.set("shared");return s.substring(0,6)})()', 'shared'],
    ['that of a part does not', '(function(){var b=new Uint8Array(40),s=E.toString(b.subarray(0,20));b.set("shared");return s.charCodeAt(0)})()', '0'],
    ['E.CRC32 is that of zlib', 'E.CRC32("123456789")>>>0', '3421780262'],
    ['a 32-bit operator takes the lower 32 bits of a large number', '(getTime()*1000|0)===(getTime()*1000|0)||5000000000|0', 'true'],
    ['the serial number is a text', 'typeof getSerial()+(getSerial().length>4)', 'stringtrue'],
    ['a file of Storage can be required', '(require("Storage").write("quirk","exports.x=7"),require("quirk").x)', '7'],
    ['a file of Storage is written in parts once its size is known', 'S.write("p","ab",0,4)+","+S.write("p","cd",2)+","+S.read("p")', 'true,true,abcd'],
    ['a part that is written cannot be written again, not even with the same bytes', 'attempt(function(){S.write("q","ab",0,4);S.write("q","cd",2);return S.write("q","cd",2)}).substr(0,9)', 'Exception'],
    ['a file of that size and no bytes yet is written from its start', 'S.write("r","\\xff",0,2)+","+S.write("r","ab",0,2)+","+S.read("r")', 'true,true,ab'],
    ['an empty file is an exception', 'attempt(function(){return S.write("e","")}).substr(0,9)', 'Exception'],
    ['a file that is not there reads as undefined', 'typeof S.read("no such file")', 'undefined'],
    ['a file that does not fit is an exception', 'attempt(function(){return S.write("big","x",0,S.getFree()+100000)}).substr(0,9)', 'Exception'],
    ['a module that is not there is an exception', 'attempt(function(){require("no such module");return "no"}).substr(0,9)', 'Exception'],
];

const prelude = `
    S=require("Storage");N=require("net");seen=[];
    attempt=function(f){try{return ""+f();}catch(e){return "Exception "+e;}};
    bytes=function(s,n){var b=new Uint8Array(n);b.set(s);return b;};
    watch=function(s){["connect","data","drain","end","error","close"].forEach(function(e){if(e!="connect")s.on(e,function(a){seen.push(e=="data"?"data "+a.length:e=="error"?"error "+a.code:e=="close"?"close "+a:e);});});return s;};
    dial=function(port){return K=watch(N.connect({host:"127.0.0.1",port:port},function(){seen.push("connect "+(this===K));}));};
`.split('\n').map((line) => line.trim()).filter((line) => line !== '');

interface Peer {
    readonly server: Server;
    readonly port: number;
    readonly sockets: Socket[];
    received: Buffer;
}

async function listen(): Promise<Peer> {
    const sockets: Socket[] = [];
    const server = createServer({ noDelay: true }, (socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.on('data', (data) => (peer.received = Buffer.concat([peer.received, data])));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const peer: Peer = { server, port: (server.address() as AddressInfo).port, sockets, received: Buffer.alloc(0) };
    return peer;
}

for (const engine of engines) {
    const quirks = suite(engine.name);
    let board: EspruinoBoard;
    let peer: Peer;

    /** What the board's socket has told. */
    const seen = async (): Promise<string[]> => (await board.evaluate('seen.join("|")')).split('|');
    const sees = async (last: string): Promise<string[]> => {
        for (let tries = 0; tries < 500; tries++) {
            const events = await seen();
            if (events.at(-1) === last) return events;
        }
        throw new Error(`the board never saw ${last}, but ${(await seen()).join()}`);
    };
    const dial = async (): Promise<Socket> => {
        const before = peer.sockets.length;
        peer.received = Buffer.alloc(0);
        await board.evaluate(`(seen=[],dial(${peer.port}),0)`);
        await until('the peer is connected', () => peer.sockets.length > before);
        await sees('drain');
        return peer.sockets[before];
    };

    quirks.before(async () => {
        peer = await listen();
        board = await bootEspruino(engine);
        for (const line of prelude) await board.evaluate(`(${line.replace(/;$/, '').replace(/;(?=[A-Za-z]+=)/g, ',')},0)`);
    });
    quirks.after(async () => {
        await board.stop();
        peer.sockets.forEach((socket) => socket.destroy());
        peer.server.close();
    });

    for (const [quirk, expression, printed] of expressions) {
        quirks(quirk, async () => assert.is(await board.evaluate(expression), printed));
    }

    quirks('Math.random begins alike after every boot', async () => {
        const other = await bootEspruino(engine);
        assert.is(await board.evaluate('Math.random()'), await other.evaluate('Math.random()'));
        await other.stop();
    });

    quirks('a connection that is refused is an exception of connect', async () => {
        const free = await listen();
        free.server.close();
        assert.match(await board.evaluate(`attempt(function(){N.connect({host:"127.0.0.1",port:${free.port}},print)})`), 'Unable to create socket');
    });

    quirks('a name that cannot be resolved is an exception of connect', async () => {
        assert.match(await board.evaluate('attempt(function(){N.connect({host:"no.such.host.invalid",port:1},print)})'), 'Unable to locate host');
    });

    quirks('a socket tells that it is connected, then that its queue is empty, with itself as this', async () => {
        await dial();
        assert.equal(await seen(), ['connect true', 'drain']);
        await board.evaluate('K.end()');
        assert.equal((await sees('close false')).slice(2), ['end', 'close false']);
    });

    quirks('write returns false and makes a text of what it is given', async () => {
        await dial();
        assert.is(await board.evaluate('K.write("a\\xff")'), 'false');
        assert.is(await board.evaluate('K.write(new Uint8Array([67,68]))'), 'false');
        await until('all arrives', () => peer.received.length === 7);
        assert.is(peer.received.toString('latin1'), 'a\xff67,68');
        await board.evaluate('K.end()');
    });

    quirks('what waits to be sent is dSnd, and drain tells when it is empty', async () => {
        await dial();
        assert.is(await board.evaluate('(seen=[],K.write("abc"),K.write("de"),K.dSnd)'), 'abcde');
        assert.equal(await sees('drain'), ['drain']);
        assert.is(await board.evaluate('"<"+K.dSnd+">"'), '<>');
        assert.is(peer.received.toString(), 'abcde');
        await board.evaluate('K.end()');
    });

    quirks('who is put where listeners lie hears, however often', async () => {
        await dial();
        await board.evaluate('(seen=[],K["#ondrain"]=K["#ondrain"]=function(s){seen.push("told "+(this===K)+(s===K))},K.write("abc"),0)');
        assert.equal(await sees('told truetrue'), ['told truetrue']);
        await board.evaluate('K.end()');
    });

    quirks('what is written before there is a connection leaves when there is one', async () => {
        peer.received = Buffer.alloc(0);
        assert.is(await board.evaluate(`(seen=[],K=watch(N.connect({host:"127.0.0.1",port:${peer.port}})),K.write("early"),K.dSnd)`), 'early');
        await until('it arrives', () => peer.received.toString() === 'early');
        await sees('drain');
        assert.is(await board.evaluate('"<"+K.dSnd+">"'), '<>');
        await board.evaluate('K.end()');
    });

    quirks('setTimeout hands on what follows the time, and false is no time', async () => {
        await board.evaluate('(seen=[],setTimeout(function(a){seen.push("heard "+a)},false,37),0)');
        assert.equal(await sees('heard 37'), ['heard 37']);
    });

    quirks('bytes come as strings of 536 at most', async () => {
        const socket = await dial();
        await board.evaluate('(seen=[],0)');
        socket.write(Buffer.alloc(1200, 0xfe));
        assert.equal(await sees('data 128'), ['data 536', 'data 536', 'data 128']);
        await board.evaluate('K.end()');
    });

    for (const how of ['FIN', 'RST'] as const) {
        quirks(`${how} is end and close, without an error`, async () => {
            const socket = await dial();
            await board.evaluate('(seen=[],0)');
            if (how === 'FIN') socket.end();
            else socket.resetAndDestroy();
            assert.equal(await sees('close false'), ['end', 'close false']);
            assert.match(await board.evaluate('attempt(function(){K.write("x")})'), 'This socket is closed');
            assert.is(await board.evaluate('attempt(function(){K.end();K.end();return "no"})'), 'no');
        });
    }

    quirks('end sends what waits first, and one whose dSnd is emptied closes without', async () => {
        const socket = await dial();
        await board.evaluate('(K.write("last words"),K.end(),0)');
        await until('all arrives', () => peer.received.length === 10);
        assert.equal((await sees('close false')).slice(-2), ['end', 'close false']);
        socket.destroy();
        await dial();
        await board.evaluate('(seen=[],K.write("never said"),K.end(),K.dSnd="",0)');
        assert.equal(await sees('close false'), ['end', 'close false']);
        await dial();
        await board.evaluate('(seen=[],K.write("never said"),K.dSnd="",K.end(),0)');
        assert.equal(await sees('close false'), ['end', 'close false']);
        assert.is(peer.received.length, 0);
    });

    quirks.run();
}
