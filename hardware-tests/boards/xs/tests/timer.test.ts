// `timer` and `time` of the virtual board, as Moddable's modules behave.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { boardTest, said } from './on-board.ts';

boardTest('set calls once, with its identifier and not before its time', async () => {
    assert.equal(await said(`
        const start = Time.ticks;
        let calls = 0;
        const id = Timer.set(given => { calls++; say((given === id) + ' ' + (Time.ticks - start >= 20)); }, 20);
        Timer.set(() => { say(calls); Board.exit(0); }, 60);`), ['true true', '1']);
});

boardTest('repeat calls until it is cleared, and a cleared timer is void', async () => {
    assert.equal(await said(`
        let calls = 0;
        const id = Timer.repeat(() => {
            if (++calls < 3) return;
            Timer.clear(id);
            say(attempt(() => Timer.clear(id)) + ' ' + attempt(() => Timer.schedule(id, 1)).split(':')[0]);
            Timer.set(() => { say(calls); Board.exit(0); }, 20);
        }, 2);`), ['undefined SyntaxError', '3']);
});

boardTest('set with a repeat interval calls first after the delay, then at the interval', async () => {
    assert.equal(await said(`
        const start = Time.ticks;
        let calls = 0;
        Timer.set(() => { if (++calls === 3) { say(Time.ticks - start >= 34); Board.exit(0); } }, 30, 2);`), ['true']);
});

boardTest('timers fire in the order of their time, equal ones in the order they were set', async () => {
    assert.equal(await said(`
        Timer.set(() => { say('late'); Board.exit(0); }, 20);
        Timer.set(() => say('first'));
        Timer.set(() => say('second'), 0);`), ['first', 'second', 'late']);
});

boardTest('a timer that is set in a callback waits for the next turn; promises run before it', async () => {
    assert.equal(await said(`
        Timer.set(() => {
            Timer.set(() => { say('timer of the callback'); Board.exit(0); });
            Promise.resolve().then(() => say('promise'));
        });
        Timer.set(() => say('other timer'));`), ['promise', 'other timer', 'timer of the callback']);
});

boardTest('schedule moves a pending timer', async () => {
    assert.equal(await said(`
        const id = Timer.set(() => { say('moved'); Board.exit(0); }, 1000000);
        Timer.schedule(id, 5);`), ['moved']);
});

boardTest('an unscheduled timer stays and can be scheduled again and again', async () => {
    assert.equal(await said(`
        let calls = 0;
        const id = Timer.set(() => {
            Timer.schedule(id);
            calls++;
            Timer.set(() => { say(calls); calls === 3 ? Board.exit(0) : Timer.schedule(id, 1); }, 5);
        }, 1);`), ['1', '2', '3']);
});

boardTest('a timer whose callback returns without a repeat interval is void, even if scheduled in the callback', async () => {
    assert.equal(await said(`
        let calls = 0;
        const id = Timer.set(() => { calls++; Timer.schedule(id, 1); }, 1);
        Timer.set(() => { say(calls + ' ' + attempt(() => Timer.schedule(id, 1)).split(':')[0]); Board.exit(0); }, 30);`), ['1 SyntaxError']);
});

boardTest('clear passes over what is no timer, and clears from another callback of the same turn', async () => {
    assert.equal(await said(`
        Timer.clear(undefined);
        Timer.clear(null);
        Timer.clear({});
        let second;
        Timer.set(() => Timer.clear(second));
        second = Timer.set(() => say('cleared, but called'));
        Timer.set(() => Board.exit(0), 10);`), []);
});

boardTest('a timer that is due in the same turn fires even if another one puts it off', async () => {
    assert.equal(await said(`
        let second;
        Timer.set(() => { say('first'); Timer.schedule(second, 1000, 1000); }, 5);
        second = Timer.set(() => { say('second'); Timer.clear(second); }, 5, 5);
        Timer.set(() => Board.exit(0), 50);`), ['first', 'second']);
});

boardTest('scheduling and the clock allocate nothing; set and clear one object of two slots', async () => {
    assert.equal(await said(`
        const callback = () => {};
        const id = Timer.repeat(callback, 1000);
        say(allocated(() => { Timer.schedule(id, 500); Timer.schedule(id, 500, 600); Timer.schedule(id); }));
        say(allocated(() => { Time.delta(Time.ticks, Time.ticks + 5); }));
        say(allocated(() => { Timer.clear(Timer.set(callback, 5)); }));
        Board.exit(0);`), ['0/0', '0/0', '2/0']);
});

boardTest('a timer callback allocates nothing', async () => {
    assert.equal(await said(`
        let slots = 0, bytes = 0, calls = 0;
        Timer.repeat(() => {
            if (++calls === 3) { slots = Meter.slots(); bytes = Meter.chunkBytes(); }
            if (calls === 13) { say(heapSince(slots, bytes)); Board.exit(0); }
        }, 1);`), ['0/0']);
});

boardTest('a timer survives collections of garbage', async () => {
    assert.equal(await said(`
        Timer.set(() => { say('alive'); Board.exit(0); }, 5);
        Meter.collect();
        for (let i = 0; i < 20000; i++) ({ i });`), ['alive']);
});

boardTest('ticks are an int32 that wraps; delta and timers pass the wrap', async () => {
    assert.equal(await said(`
        const start = Time.ticks;
        say(start >= 0x7FFFFFF0);
        say(Time.delta(0x7FFFFFFF, -0x80000000));
        Timer.set(() => {
            say(Time.ticks < 0);
            say(Time.delta(start) >= 40 && Time.delta(start) < 10000);
            Board.exit(0);
        }, 40);`, { ticks: 0x7FFFFFF0 }), ['true', '1', 'true', 'true']);
});

test.run();
