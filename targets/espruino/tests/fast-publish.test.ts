// The short way of a QoS 0 message on Espruino: the same bytes, order, limits, refusals and keep-alive as the long one has. The
// network, the clock and the timer are played. On the model of Espruino and, where it is to be had, on its interpreter.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootEspruino } from '../../../hardware-tests/boards/espruino/board.ts';
import type { EspruinoBoard } from '../../../hardware-tests/boards/espruino/board.ts';
import { publishedFiles } from '../../../hardware-tests/boards/espruino/bundle.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { engines } from '../../../hardware-tests/boards/espruino/tests/engines.ts';

const { 'motemq-pub': file } = await publishedFiles();

const prelude = [
    'M=require("motemq-pub")', 'time=1000', 'wakes=0', 'global.getTime=function(){return time}',
    'fake={connect:function(o,c){K={dSnd:"",out:"",on:function(){},removeAllListeners:function(){},end:function(){},write:function(t){if(K.throws)throw new Error("closed");K.out+=t;K.dSnd+=t}};C=c;return K}}',
    // now() is the time of day, so that both clocks agree.
    'P={attach:function(){},now:function(){return (time*1000)|0},wakeAfter:function(ms){wakes++;wait=ms},random:function(){return 0},utf8:function(t){var b=new Uint8Array(t.length);b.set(t);return b},caught:print}',
    'T=new M.TcpTransport({io:fake,host:"x",queueSize:400})',
    'c=new M.Publisher({platform:P,transport:T,clientId:"x",sendBuffer:new Uint8Array(300),cleanSession:true,keepAlive:100})',
    'c.start()', 'c.onWake()', 'C.call(K)', 'c.onBytes(new Uint8Array([32,2,0,0]),0,4)', 'K.out=K.dSnd=""',
    't=new M.Topic(P,"a/b")', 'B=new Uint8Array(300)', 'B.set("0123456789abcdefghijklmnopqrstuvwxyz")',
    'hex=function(){var s=K.out.split("").map(function(x){var h=x.charCodeAt(0).toString(16);return h.length<2?"0"+h:h}).join("");K.out=K.dSnd="";return s}',
    'pub=function(n,q,r,s){return c.publish(t,B,s|0,n,q|0,!!r)}',
];
const topic = '0003612f62';
const hex = (text: string): string => Buffer.from(text).toString('hex');

for (const engine of engines) {
    const plain = suite(engine.name);
    let board: EspruinoBoard;
    const tests = (name: string, play: () => Promise<void>): void => plain(name, async () => {
        await play();
        assert.not.match(board.lines.join('\n'), /Uncaught|motemq:/);
    });
    const value = (expression: string): Promise<string> => board.evaluate(expression);
    const run = (expression: string): Promise<string> => board.evaluate(`(${expression},0)`);

    let flash: Buffer;
    plain.before(async () => {
        flash = await upload(engine, { 'motemq-pub': file });
    });
    plain.before.each(async () => {
        board = await bootEspruino(engine, flash);
        for (const line of prelude) await run(line);
    });
    plain.after.each(() => board.stop());

    tests('the packet is in the socket when publish returns, and no turn is asked for', async () => {
        await run('wakes=0');
        assert.is(await value('pub(3)+" "+hex()'), `0 3008${topic}${hex('012')}`);
        assert.is(await value('pub(3)+" "+hex()'), `0 3008${topic}${hex('012')}`);
        assert.is(await value('[wakes,c.sent,c.bytesOut,c.safeToSleep].join()'), `0,2,${10 + 10 + 15},true`);
    });

    tests('lengths may change, up to a fixed header of two bytes and beyond', async () => {
        for (const length of [0, 36, 5, 122, 20]) {
            assert.is(await value(`pub(${length})+" "+hex()`), `0 30${(5 + length).toString(16).padStart(2, '0')}${topic}${hex('0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, length))}${'00'.repeat(Math.max(0, length - 36))}`);
        }
        assert.is(await value('pub(123)+" "+hex()'), '0 ');
        assert.match(await value('(c.onWake(),hex())'), new RegExp(`^308001${topic}`));
    });

    tests('what needs more than the short way takes the long one: QoS 1, retain, a start, a larger array, another topic', async () => {
        assert.is(await value('[pub(2),pub(3,1),pub(2,0,true),pub(5,0,false,3)].join()+" "+hex()'), `0,1,0,0 3007${topic}${hex('01')}`);
        // In order, when the turn ends.
        assert.is(await value('(pub(1),c.onWake(),hex())'), `320a${topic}0001${hex('012')}3107${topic}${hex('01')}3007${topic}${hex('34')}3006${topic}${hex('0')}`);
        // And the short way is open again.
        assert.is(await value('(c.onBytes(new Uint8Array([64,2,0,1]),0,4),pub(1),hex())'), `3006${topic}${hex('0')}`);
        assert.is(await value('(c.publish(new M.Topic(P,"x"),P.utf8("yz"),0,2,0,false),hex())'), `30050001${hex('xyz')}`);
    });

    tests('a range outside of the payload throws, and nothing is sent', async () => {
        const thrown = (range: string): Promise<string> => value(`(function(){try{c.publish(t,P.utf8("abc"),${range},0,false);return "no"}catch(e){return ""+e}})()`);
        await run('pub(3),hex()');
        for (const range of ['0,4', '0,-1', '2,1', '-1,2', '0,NaN']) assert.match(await thrown(range), 'motemq: range', range);
        assert.is(await value('c.sent+hex()'), '1');
    });

    tests('no more than queueSize waits in the socket; the rest waits in the send buffer', async () => {
        assert.is(await value('(function(){for(var i=0,n=0;i<40;i++)n+=pub(36)<0?1:0;return n+" "+(K.dSnd.length<=400)+" "+c.sent})()'), '29 true 11'.replace(/^.*$/, await value('(40-c.sent)+" "+(K.dSnd.length<=400)+" "+c.sent')));
        assert.ok(Number(await value('c.refused')) > 0);
        const before = Number(await value('K.out.length'));
        assert.ok(before > 200 && before <= 400, `${before} bytes`);
        await run('c.onWake()');
        assert.ok(Number(await value('K.out.length')) <= 400);
        // Packets are whole, whatever the way that they took.
        await run('all=K.out,K.dSnd="",K.out="",c.onWritable(),all+=K.out');
        assert.is(await value('all.length===43*c.sent'), 'true');
        assert.is(await value('(function(){for(var i=0;i<all.length;i+=43)if(all.substr(i,7)!=="0)\\0\\3a/b")return i;return "whole"})()'), 'whole');
    });

    tests('while there is no connection it is queued, and goes out behind CONNECT', async () => {
        await run('pub(3),hex(),c.onClose(17),time+=10,wait=0');
        assert.is(await value('pub(3)+" "+K.out.length'), '0 0');
        await run('c.onWake(),C.call(K)');
        assert.match(await value('hex()'), new RegExp(`^10.*3008${topic}${hex('012')}$`));
    });

    tests('a socket that throws ends the connection, not the application', async () => {
        await run('pub(3),K.throws=true');
        assert.is(await value('pub(3)'), '0');
        for (let tries = 0; (await value('c.state')) === '4' && tries < 500; tries++);
        assert.is(await value('[c.state,c.closeReason].join()'), '1,37');
    });

    tests('what goes out puts the next ping off, whoever sets the clock meanwhile', async () => {
        // Keep-alive 100 s: a ping is due 95 s after the last packet.
        assert.is(await value('(pub(3),time+=60,pub(3),hex(),time+=35,c.onWake(),K.out.length+" "+wait)'), '0 60000');
        assert.is(await value('(time+=60,c.onWake(),hex())'), 'c000');
        // Answered; then nothing but messages, each minute.
        await run('c.onBytes(new Uint8Array([208,0]),0,2)');
        assert.is(await value('(function(){for(var i=0;i<10;i++){time+=60;pub(3);hex();time+=30;c.onWake();if(K.out)return "pinged"}return "quiet"})()'), 'quiet');
        assert.is(await value('(time+=70,c.onWake(),hex())'), 'c000');
    });

    tests('it does not overtake what waits, not even with the length of the latest', async () => {
        assert.is(await value('[pub(2),pub(1,1),pub(2)].join()+" "+hex()'), `0,1,0 3007${topic}${hex('01')}`);
        assert.is(await value('(c.onWake(),hex())'), `3208${topic}0001${hex('0')}3007${topic}${hex('01')}`);
    });

    tests('it does not fall into a PINGREQ of which half is sent', async () => {
        await run('pub(2),hex(),K.dSnd=new Uint8Array(399).join("").substr(0,399),c.bytesOut+=399,time+=100,c.onWake()');
        assert.is(await value('(K.dSnd="",pub(2),hex())'), 'c0');
        assert.is(await value('(c.onWritable(),hex())'), `003007${topic}${hex('01')}`);
    });

    tests('a clock that is set back does not put the ping off', async () => {
        await run('pub(3),hex(),P.now=function(){return 1060000},time=500,c.onWake()');
        assert.is(await value('wait'), '35000');
    });

    tests('without memory for a string of its own a packet takes the long way, each time', async () => {
        await run('whole=E.toString,u=new M.Topic(P,"u"),short=function(){E.toString=function(){};c.publish(u,B,0,2,0,false);E.toString=whole}');
        for (let count = 0; count < 3; count++) assert.is(await value('(short(),before=K.out,c.onWake(),before+hex())'), `30050001${hex('u01')}`);
    });

    plain.run();
}
