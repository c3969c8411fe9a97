// The TAP runtime of boards, on a clock of its own: what it prints, what it makes of orders that come twice, late or from another run.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Tap } from '../suites/tap.ts';
import type { Order } from '../suites/tap.ts';

/** A board with a clock that stands until `pass`, whose tests do nothing by themselves. */
function tapOnBoard(begin: (order: Order) => void = () => {}) {
    const lines: string[] = [];
    const begun = new Map<number, Order>();
    const timers = new Map<object, { due: number; callback: () => void }>();
    const stopped: string[] = [];
    let time = 1000;
    let memory = 500;
    const tap = new Tap<Order>({
        engine: 'none',
        print: line => lines.push(line),
        now: () => time,
        after(ms, callback) {
            const timer = {};
            timers.set(timer, { due: time + ms, callback });
            return timer;
        },
        cancel: timer => timers.delete(timer as object),
        memory: () => ++memory,
    }, 'image-1', (order) => {
        begun.set(order.test!, order);
        begin(order);
        return { stop: () => stopped.push(order.name!) };
    });
    const pass = (ms: number): void => {
        time += ms;
        for (const [timer, { due, callback }] of timers) {
            if (due > time) continue;
            timers.delete(timer);
            callback();
        }
    };
    return { tap, pass, stopped, take: () => lines.splice(0), pending: () => timers.size, last: (test: number): Order => begun.get(test)! };
}

test('TAP on the board: it says that it is ready, who it is and which run, then a result with time and memory', () => {
    const { tap, pass, take, pending, last } = tapOnBoard();
    assert.equal(take(), ['# motemq ready image-1']);
    tap.hear({ hello: 'a1', tests: 3 });
    assert.equal(take(), ['TAP version 14', '# motemq run a1 image image-1 memory 501 engine none', '1..3']);
    tap.hear({ test: 1, name: 'fly', deadline: 100 });
    tap.note(last(1), 'flaps');
    pass(7);
    tap.end(last(1), '', '');
    assert.equal(take(), ['#1 begins', '#1 flaps', 'ok 1 - fly', '  ---', '  ms: 7', '  memory: [502, 503]', '  ...']);
    assert.is(pending(), 0);
    tap.hear({ test: 2, name: 'dive', deadline: 100 });
    tap.end(last(2), 'fell "in"\n', '');
    assert.equal(take().slice(1, 4), ['not ok 2 - dive', '  ---', '  message: "fell \\"in\\"\\n"']);
    tap.hear({ test: 3, name: 'sing', deadline: 100 });
    tap.end(last(3), '', 'no voice');
    assert.is(take()[1], 'ok 3 - sing # SKIP no voice');
});

test('TAP on the board: a test that is late fails and is stopped, one that throws fails, and what ends twice ends once', () => {
    const { tap, pass, take, stopped, last } = tapOnBoard((order) => {
        if (order.name === 'throw') throw new Error('oh');
    });
    tap.hear({ test: 1, name: 'late', deadline: 100 });
    pass(99);
    assert.equal(stopped, []);
    pass(1);
    assert.equal(stopped, ['late']);
    assert.ok(take().includes('  message: "not done within 100 ms"'));
    tap.end(last(1), '', '');
    assert.equal(take(), []);
    tap.hear({ test: 2, name: 'throw', deadline: 100 });
    assert.ok(take().includes('  message: "threw Error: oh"'));
    pass(200);
    assert.equal(take(), []);
});

test('TAP on the board: an order that comes twice is taken once, an answer goes to who asked, and a test that was given up is stopped', () => {
    const { tap, take, stopped, last } = tapOnBoard();
    const answers: string[] = [];
    tap.hear({ test: 1, name: 'ask', deadline: 100 });
    tap.hear({ test: 1, name: 'ask', deadline: 100 });
    tap.ask(last(1), 'cut rst', answer => answers.push(answer));
    assert.equal(take().slice(1), ['#1 begins', '#1 ? cut rst']);
    tap.hear({ answer: 'done', to: 'cut fin' });
    tap.hear({ answer: 'done', to: 'cut rst' });
    tap.hear({ answer: 'done', to: 'cut rst' });
    assert.equal(answers, ['done']);
    tap.ask(last(1), 'refuse', answer => answers.push(answer));
    tap.hear({ answer: 'done', to: 'cut rst' });
    assert.equal(answers, ['done'], 'one that comes twice is not that of the next command');
    tap.hear({ answer: 'unable', to: 'refuse' });
    assert.equal(answers, ['done', 'unable']);
    tap.hear({ test: 2, name: 'next', deadline: 100 });
    assert.equal(stopped, ['ask']);
    // Late words of the test before are no longer of interest, and end nothing.
    take();
    tap.end(last(1), 'late', '');
    tap.ask(last(1), 'cut fin', () => {});
    tap.note(last(1), 'state 0 16');
    assert.equal(take(), []);
    tap.end(last(2), '', '');
    assert.ok(take().includes('ok 2 - next'));
});

test('TAP on the board: another run counts its tests from 1, though nobody has restarted the board, and finds its own test alone', () => {
    const { tap, take, stopped, last } = tapOnBoard();
    tap.hear({ hello: 'a1', tests: 2 });
    tap.hear({ test: 1, name: 'left', deadline: 100 });
    tap.hear({ hello: 'a1', tests: 2 });
    tap.hear({ test: 1, name: 'left', deadline: 100 });
    assert.is(take().filter(line => line === '#1 begins').length, 1, 'the same run');
    const left = last(1);
    tap.hear({ hello: 'b2', tests: 1 });
    assert.equal(stopped, ['left']);
    tap.hear({ test: 1, name: 'mine', deadline: 100 });
    take();
    tap.note(left, 'done');
    tap.end(left, '', '');
    assert.equal(take(), []);
    tap.end(last(1), '', '');
    assert.ok(take().includes('ok 1 - mine'));
});

test.run();
