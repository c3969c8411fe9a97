// What dist/espruino/motemq-board.js gives a node: records that outlast a reset, sleep of any length, a WiFi network that is
// joined again. On the model of Espruino and, where it is to be had, on its interpreter.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bootEspruino } from '../../../hardware-tests/boards/espruino/board.ts';
import type { EspruinoBoard } from '../../../hardware-tests/boards/espruino/board.ts';
import { publishedFiles } from '../../../hardware-tests/boards/espruino/bundle.ts';
import { upload } from '../../../hardware-tests/boards/espruino/upload.ts';
import { engines } from '../../../hardware-tests/boards/espruino/tests/engines.ts';

const { 'motemq-board': file } = await publishedFiles();

for (const engine of engines) {
    const tests = suite(engine.name);
    let fresh: Buffer;
    let board: EspruinoBoard;

    const prepare = async (flash: Buffer): Promise<void> => {
        board = await bootEspruino(engine, flash);
        await board.evaluate('(M=require("motemq-board"),F=require("Storage"),log=[],0)');
        await board.evaluate('(open=function(n){return s=new M.StorageStore(F,n||"rec",32)},put=function(t){var b=new Uint8Array(40);b.set("<"+t);return s.append(b,1,1+t.length)},0)');
        await board.evaluate('(get=function(i){var b=new Uint8Array(40),n=s.read(i,b,2);return n+":"+E.toString(b).substring(2,2+n)},0)');
    };
    /** Takes the power away and gives it back. */
    const reboot = async (): Promise<void> => {
        const flash = board.flash();
        await board.stop();
        await prepare(flash);
    };

    tests.before(async () => {
        fresh = await upload(engine, { 'motemq-board': file });
    });
    tests.before.each(() => prepare(fresh));
    tests.after.each(() => board.stop());

    tests('records come back in order, and are there after a reset', async () => {
        assert.is(await board.evaluate('[open().count,put("one"),put("two"),put("three"),s.count,get(0),get(2),get(3),get(-1)].join()'), '0,true,true,true,3,3:one,5:three,0:,0:');
        await reboot();
        assert.is(await board.evaluate('[open().count,get(0),get(1),s.drop(2),s.count,get(0),put("four"),get(1)].join()'), '3,3:one,3:two,,1,5:three,true,4:four');
        await reboot();
        assert.is(await board.evaluate('[open().count,get(0),get(1),s.drop(9),s.count,get(0)].join()'), '2,5:three,4:four,,0,0:');
        assert.is(await board.evaluate('F.list().filter(function(n){return n.startsWith("rec")}).length'), '0');
    });

    tests('every byte comes back', async () => {
        await board.evaluate('(open(),all=new Uint8Array(256),all.map(function(v,i){all[i]=i}),0)');
        assert.is(await board.evaluate('[s.append(all,0,32),s.append(all,224,256)].join()'), 'true,true');
        await reboot();
        await board.evaluate('(open(),b=new Uint8Array(64),s.read(0,b,0),s.read(1,b,32),0)');
        assert.is(await board.evaluate('E.toString(b).split("").map(function(c){return c.charCodeAt(0)}).join()'), [...Array(32).keys(), ...Array.from({ length: 32 }, (_, index) => 224 + index)].join());
    });

    tests('what is empty or too long is refused, and a record that does not fit is not copied', async () => {
        assert.is(await board.evaluate('[open().append(new Uint8Array(40),3,3),s.append(new Uint8Array(40),0,33),s.append(new Uint8Array(40),0,32),s.count].join()'), 'false,false,true,1');
        assert.is(await board.evaluate('(b=new Uint8Array(33),[s.read(0,b,1),s.read(0,b,2),b[0]].join())'), '32,32,0');
    });

    tests('with the power cut at every byte of a write, and before every erase, a record is whole or absent and the others stay', async () => {
        // What a cut leaves: a file with its size, and erased flash behind what was written.
        await board.evaluate('(cut=function(k){function use(n){if(k<n){dead=1;throw"cut"}k-=n}return new M.StorageStore({list:function(){return F.list()},read:function(n){return F.read(n)},'
            + 'erase:function(n){if(dead)throw"cut";use(1);F.erase(n)},write:function(n,d){if(dead)throw"cut";if(k<d.length)F.write(n,d.substring(0,k)||"\\xff",0,d.length);use(d.length);return F.write(n,d)}},"rec",32)},0)');
        await board.evaluate('(held=function(){open();var t="";for(var i=0;i<s.count;i++)t+=(i?"+":"")+get(i).split(":")[1];return t},0)');
        await board.evaluate('(trial=function(k){open();s.drop(9);put("one");put("two");dead=0;s=cut(k);put("three");dead||s.drop(1);dead||put("4");return held()+(dead?"":" whole")},0)');
        const states = ['one+two', 'one+two+three', 'two+three', 'two+three+4', 'two+three+4 whole'];
        let state = 0;
        for (let power = 0; state < states.length - 1; power++) {
            const found = await board.evaluate(`trial(${power})`);
            while (found !== states[state]) assert.ok(++state < states.length, `${found} with power for ${power} bytes`);
        }
    });

    tests('a record that a power cut left incomplete is gone; one damaged among others reads as none and can be dropped', async () => {
        await board.evaluate('(open(),put("one"),put("two"),F.write("rec2","tw",0,7),0)');
        assert.is(await board.evaluate('[open().count,get(1),F.read("rec2")===undefined].join()'), '2,3:two,true');
        await board.evaluate('(F.write("rec0","oneXXXX"),0)');
        assert.is(await board.evaluate('[open().count,get(0),get(1),s.drop(1),s.count,get(0)].join()'), '2,0:,3:two,,1,3:two');
    });

    tests('files of others are left alone', async () => {
        await board.evaluate('(F.write("rec","1"),F.write("recX","2"),F.write("rec01","3"),F.write("other0","4"),0)');
        assert.is(await board.evaluate('[open().count,put("a"),s.drop(1),F.read("rec"),F.read("recX"),F.read("rec01"),F.read("other0")].join()'), '0,true,,1,2,3,4');
        assert.match(await board.evaluate('(function(){try{open("a name of 19 letters");return 0}catch(e){return ""+e}})()'), 'name');
    });

    tests('a full Storage is a refusal, and there is room again after a drop', async () => {
        await board.evaluate('(open(),s.append(new Uint8Array(32),0,32),left=F.getFree(),0)');
        await board.evaluate('(size=Math.max(4000,left-9000),F.write("ballast","x",0,size),n=0,0)');
        assert.is(await board.evaluate('(function(){while(n<600&&s.append(new Uint8Array(32),0,32))n++;return n<600&&s.count===n+1})()'), 'true');
        assert.is(await board.evaluate('[s.append(new Uint8Array(32),0,32),s.count===n+1,get(0).substr(0,3)].join()'), 'false,true,32:');
        await board.evaluate('(s.drop(n),0)');
        assert.is(await board.evaluate('[s.append(new Uint8Array(32),0,32),s.count].join()'), 'true,2');
    });

    for (const [chip, make] of [
        ['ESP32', '{deepSleep:function(u){log.push(u)},getWakeupCause:function(){return cause}},null'],
        ['ESP8266', 'null,{deepSleep:function(u,o){log.push(u+(o?"!":""))},getResetInfo:function(){return {reason:cause==4?"deep sleep wake up":"default rst"}}}'],
    ] as const) {
        tests(`${chip}: a long sleep is a chain of short ones`, async () => {
            const wake = async (cause: number): Promise<string> => {
                await reboot();
                return board.evaluate(`(cause=${cause},d=new M.DeepSleep(F,${make}),[d.resume(),log.join("+")].join())`);
            };
            assert.is(await wake(0), 'false,');
            // 90 minutes.
            await board.evaluate('(d.sleep(5400000),0)');
            assert.is(await board.evaluate('log.join()'), '2147483000');
            assert.is(await wake(4), 'true,2147483000');
            assert.is(await wake(4), 'true,1105034000');
            assert.is(await wake(4), 'false,');
            assert.is(await board.evaluate('F.list().includes("motemq.sleep")'), 'false');
        });

        tests(`${chip}: a start for another reason ends the chain, and a short sleep leaves flash alone`, async () => {
            await board.evaluate(`(cause=4,d=new M.DeepSleep(F,${make}),d.sleep(5400000),0)`);
            await reboot();
            assert.is(await board.evaluate(`(cause=1,d=new M.DeepSleep(F,${make}),[d.resume(),log.join(),F.list().includes("motemq.sleep")].join())`), 'false,,false');
            assert.is(await board.evaluate('(F={write:0},d.sleep(1500.7),log.join())'), '1500000');
            assert.match(await board.evaluate('(function(){try{d.sleep(0);return 0}catch(e){return ""+e}})()'), 'ms');
        });
    }

    tests('WiFi is joined, its loss is told, and it is joined again, with or without an event', async () => {
        await board.evaluate(`(ip="0.0.0.0",h={},W={on:function(e,f){h[e]=f},getIP:function(){return {ip:ip}},connect:function(a,b,c){log.push("join "+a+" "+b.password);done=c},
            setSNTP:function(s,z){if(typeof z!=="number")throw new Error("Zone is not a number");log.push("clock "+s+" "+z)}},0)`.replace(/\n\s*/g, ''));
        await board.evaluate('(w=new M.WifiLink({wifi:W,ssid:"net",password:"pw",interval:20,sntp:"time",onChange:function(j){log.push("joined "+j)}}),w.start(),w.start(),0)');
        const logged = (): Promise<string> => board.evaluate('log.join("|")');
        /** Waits until that has happened; attempts may go on meanwhile. */
        const logs = async (text: string): Promise<void> => {
            for (let tries = 0; !(await logged()).startsWith(text); tries++) if (tries > 500) assert.is(await logged(), text);
        };
        assert.is(await logged(), 'join net pw');
        // An attempt that fails is made again after a pause.
        await board.evaluate('(done("no such network"),0)');
        await logs('join net pw|join net pw');
        await board.evaluate('(log=[],ip="192.168.1.5",h.connected(),done(null),h.connected(),0)');
        assert.is(await logged(), 'clock time 0|joined true');
        // The event.
        await board.evaluate('(log=[],ip="0.0.0.0",h.disconnected(),0)');
        await logs('joined false|join net pw');
        await board.evaluate('(ip="192.168.1.6",done(null),log=[],0)');
        assert.is(await board.evaluate('w.joined'), 'true');
        // No event: it looks now and then.
        await board.evaluate('(ip="0.0.0.0",0)');
        await logs('joined false|join net pw');
        await board.evaluate('(w.stop(),ip="192.168.1.6",log=[],h.connected(),done(null),0)');
        assert.is(await logged(), '');
    });

    tests('WiFi is looked at again whatever throws; pauses are those that were asked for', async () => {
        // Each wait replaces the one before.
        await board.evaluate('(waits=[],timer=null,global.setTimeout=function(f,t){timer=f;waits.push(t);return 7},global.clearTimeout=function(){timer=null},0)');
        await board.evaluate('(ip="0.0.0.0",h={},W={on:function(e,f){h[e]=f},getIP:function(){if(ip==="")throw new Error("memory");return {ip:ip}},connect:function(a,b,c){log.push("join");done=c}},0)');
        await board.evaluate('(w=new M.WifiLink({wifi:W,ssid:"net",interval:1000,onChange:function(j){log.push(j)}}),w.start(),0)');
        const next = (): Promise<string> => board.evaluate('(timer?waits[waits.length-1]:"none")');
        assert.is(await next(), '3000', 'an attempt may take its time');
        await board.evaluate('(done("no such network"),0)');
        assert.is(await next(), '1000', 'one that has failed is made again');
        await board.evaluate('(ip="",timer(),0)');
        assert.is(await next(), '1000', 'what throws is tried again');
        await board.evaluate('(ip="10.0.0.2",timer(),0)');
        assert.is(await next(), '1000', 'a network that is there is watched');
        await board.evaluate('(ip="0.0.0.0",h.disconnected(),0)');
        assert.is(await next(), '0', 'one that is lost is joined at once');
        await board.evaluate('(timer(),w.stop(),0)');
        assert.is(await next(), 'none');
        assert.is(await board.evaluate('log.join()'), 'join,true,false,join');
    });

    tests('WiFi: the access point is looked for where it was; where it has moved, that costs one attempt', async () => {
        // Channel 6 has an access point; an attempt that names another finds none.
        await board.evaluate('(ip="0.0.0.0",h={},where="06",W={on:function(e,f){h[e]=f},getIP:function(){return {ip:ip}},connect:function(a,b,c){log.push((b.channel||"-")+" "+(b.bssid||"-"));done=c}},0)');
        await board.evaluate('(joins=function(){h.associated({ssid:"my net",mac:"aa:bb:cc:00:00:"+where,channel:parseInt(where,10)});ip="10.0.0.2";h.connected();done(null)},0)');
        await board.evaluate('(start=function(n){log=[];w=new M.WifiLink({wifi:W,ssid:n||"my net",interval:60000,memory:store=new M.StorageStore(F,"wifi",64)});w.start()},0)');
        const logged = async (text: string): Promise<void> => {
            for (let tries = 0; tries < 500 && await board.evaluate('log.join("|")') !== text; tries++);
            assert.is(await board.evaluate('log.join("|")'), text);
        };
        const asleep = async (): Promise<void> => {
            await board.evaluate('(w.stop(),ip="0.0.0.0",0)');
        };
        await board.evaluate('(start(),0)');
        await logged('- -');
        assert.is(await board.evaluate('(joins(),[w.joined,store.count].join())'), 'true,1');
        await asleep();
        await board.evaluate('(start(),0)');
        await logged('6 aa:bb:cc:00:00:06');
        assert.is(await board.evaluate('(joins(),[w.joined,store.count,store.next].join())'), 'true,1,1', 'flash is not touched');
        await asleep();
        // Another network does not use it, nor may it forget it.
        await board.evaluate('(start("net"),done("no_ap_found"),0)');
        await logged('- -');
        await asleep();
        await board.evaluate('(where="11",start(),done("no_ap_found"),0)');
        await logged('6 aa:bb:cc:00:00:06|- -');
        assert.is(await board.evaluate('store.count'), '0');
        await board.evaluate('(joins(),0)');
        await asleep();
        await board.evaluate('(start(),0)');
        await logged('11 aa:bb:cc:00:00:11');
    });

    tests('WiFi: what is remembered wrongly or is damaged does no harm', async () => {
        await board.evaluate('(ip="0.0.0.0",W={on:function(){},getIP:function(){return {ip:ip}},connect:function(a,b,c){log.push((b.channel||"-")+" "+(b.bssid||"-"));if(b.channel>14)throw new Error("channel");done=c}},0)');
        await board.evaluate('(waits=[],timer=null,global.setTimeout=function(f,t){timer=f;waits.push(t);return 7},global.clearTimeout=function(){timer=null},0)');
        await board.evaluate('(start=function(t){log=[];var s=new M.StorageStore(F,"wifi",64),b=new Uint8Array(64);b.set(t);s.append(b,0,t.length);w=new M.WifiLink({wifi:W,ssid:"net",interval:1000,memory:s});w.start();return s},0)');
        for (const text of ['99 aa\\nnet', 'net', '\\nnet', '6\\nnet', '6 aa\\nother', '\\xff\\xff', ' ']) {
            // The attempt throws, or hangs: the next look makes one without.
            await board.evaluate(`(s=start("${text}"),timer(),timer(),w.stop(),0)`);
            assert.match(await board.evaluate('log.join("|")'), /(^|\|)- -$/, text);
            await board.evaluate('(s.drop(9),0)');
        }
    });

    tests('a record that does not read back as it was written is refused, and leaves nothing', async () => {
        const flash = '{list:function(){return []},write:function(){return true},read:function(){return held},erase:function(n){log.push(n)}}';
        for (const held of ['undefined', '"half of i"']) {
            assert.is(await board.evaluate(`(log=[],held=${held},s=new M.StorageStore(${flash},"r",9),[s.append(new Uint8Array(9),0,9),s.count,log.join()].join())`), 'false,0,r0');
        }
    });

    tests.run();
}
