// The benchmark of wakes: how round trips are counted, and that a wake costs what the design allows, on a link that sees each segment where
// one can be had. Only what does not depend on the machine's speed is held.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Broker } from '../../hardware-tests/host/broker.ts';
import { findMosquitto } from '../../hardware-tests/host/mosquitto.ts';
import { cycleSections, measureCycles } from '../bench/cycle.ts';
import { motemqTcp, mqttJs, u8Mqtt } from '../bench/cycle-clients.ts';
import { delayingProxy } from '../bench/cycle-link.ts';
import { measureWakes } from '../bench/cycle-measure.ts';
import { isOver, lamportNumbers, roundTripsAt, totals, type Segment } from '../bench/cycle-trace.ts';

/** `^`: up, `v`: down; then when it was sent, how it is flagged, its payload. 50 µs each way. */
function trace(...segments: string[]): Segment[] {
    return segments.map((text) => {
        const [way, sent, flags, payload] = text.split(' ');
        return { sent: Number(sent), arrived: Number(sent) + 50, up: way === '^', flags, size: 40 + Number(payload), payload: Number(payload) };
    });
}

const HANDSHAKE = ['^ 0 S 0', 'v 50 SA 0', '^ 100 A 0'];

test('CONNECT and PUBLISH in one segment, both answers at once: 2 round trips', () => {
    const segments = trace(...HANDSHAKE, '^ 101 A 120', 'v 151 A 4', 'v 152 A 4', '^ 201 A 0', '^ 203 A 2');
    assert.equal(lamportNumbers(segments), [1, 2, 3, 3, 4, 4, 5, 5]);
    assert.is(roundTripsAt(segments, 203), 2);
    assert.is(roundTripsAt(segments, 100), 1);
});

test('an answer that Nagle\'s algorithm holds back until an acknowledgement has come costs a round trip more', () => {
    const segments = trace(...HANDSHAKE, '^ 101 A 120', 'v 151 A 4', '^ 201 A 0', 'v 251 A 4');
    assert.is(roundTripsAt(segments, 301), 3);
});

test('slowness of either side is no round trip, nor is an acknowledgement that nothing waited for', () => {
    const segments = trace(...HANDSHAKE, '^ 5000 A 120', 'v 5050 A 0', 'v 9000 A 8', '^ 9050 A 0');
    assert.is(roundTripsAt(segments, 9050), 2);
    const later = trace(...HANDSHAKE, '^ 101 A 26', 'v 151 A 4', '^ 201 A 94', 'v 251 A 0', 'v 252 A 4', '^ 303 FA 0', 'v 353 A 0', 'v 354 FA 0');
    assert.is(roundTripsAt(later, 302), 3);
    assert.is(roundTripsAt(later, 404), 4, 'who waits for the broker\'s FIN waits once more');
    assert.ok(isOver(later));
    assert.not(isOver(segments));
    assert.ok(isOver(trace('^ 0 S 0', 'v 50 RA 0')));
});

test('bytes and segments are counted each way', () => {
    assert.equal(totals(trace(...HANDSHAKE, '^ 101 A 120', 'v 151 A 8', '^ 1203 FA 2')), {
        bytesUp: 122, bytesDown: 8, ipUp: 282, ipDown: 88, segmentsUp: 4, segmentsDown: 2, dataSegments: 2, radio: 1.203,
    });
});

test('over a proxy that delays: motemq needs 2 round trips, 122 bytes and 8; the others one more', async () => {
    const broker = await Broker.start();
    const link = delayingProxy(10);
    const target = await link.to(broker.port);
    const least = async (make: typeof motemqTcp): Promise<number[]> => {
        const { roundTrips, bytesUp, bytesDown } = await measureWakes(link, broker.port, { make }, target, 2);
        return [roundTrips, bytesUp, bytesDown];
    };
    try {
        assert.equal(await least(motemqTcp), [2, 122, 8]);
        assert.equal(await least(mqttJs), [3, 122, 8]);
        assert.equal(await least(u8Mqtt), [3, 122, 8]);
    } finally {
        link.close();
        await broker.stop();
    }
});

const found = findMosquitto();
if ('unavailable' in found) {
    console.log(`SKIPPED: wakes with Mosquitto, because ${found.unavailable}`);
} else {
    test('with Mosquitto: 2 writes, and on a line that shows segments 2 with data, 2 round trips, 3 behind Nagle\'s algorithm', async () => {
        const { excuse, wakes } = await measureCycles({ roundTrip: 40, wakes: 2, word: 'motemq, TCP' });
        const [nagle, noDelay] = wakes.map(({ figures }) => figures);
        assert.equal([noDelay.bytesUp, noDelay.bytesDown, noDelay.writes, noDelay.roundTrips, noDelay.roundTripsToSafe], [122, 8, 2, 2, 2]);
        if (excuse) {
            console.log(`SKIPPED: segments, because ${excuse}`);
        } else {
            assert.equal([noDelay.dataSegments, nagle.dataSegments, nagle.roundTrips], [2, 2, 3]);
        }
    });

    test('TLS 1.2 and 1.3, resumed: 3 round trips', async () => {
        const [section] = await cycleSections({ roundTrip: 20, wakes: 2, word: 'resumed' });
        assert.equal(section.rows.map(({ name, figures }) => [name, figures.resumed, figures.roundTrips, figures.writes]), [
            ['motemq, TLSv1.2 resumed', 1, 3, 2], ['motemq, TLSv1.3 resumed', 1, 3, 2],
        ]);
    });
}

test.run();
