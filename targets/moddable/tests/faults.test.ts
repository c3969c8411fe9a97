// What a bad platform or application can do to the Moddable target: nothing leaves a callback, every end is told once, in a turn
// of its own, and never to an owner that has closed.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { join } from 'node:path';
import { bundleForBoard } from '../../../hardware-tests/boards/xs/bundle.ts';
import { boardTest, bootScript } from '../../../hardware-tests/boards/xs/tests/on-board.ts';
import { root } from '../../../scripts/root.ts';
import { CONNECTION_LOST, CONNECT_FAILED, NAME_NOT_RESOLVED, NAME_TIMEOUT, NETWORK_TIMEOUT, TRANSPORT_FAULT } from '../../../src/reasons.ts';

const stays = 'motemq: a socket did not close: Error: closed already';
const resolverStays = 'motemq: a name resolver did not close: Error: closed already';
const noRadio = ['motemq: no WiFi: Error: no radio', 'motemq: no WiFi: Error: no radio', 'motemq: WiFi did not connect: Error: no radio'];
const mustVerify = 'RangeError: motemq: servers are verified, unless insecureAcceptAnyServer is true; secure.verify';

boardTest('the target survives all that a platform does', async () => {
    const board = bootScript(await bundleForBoard(join(root, 'targets', 'moddable', 'tests', 'faults-board.ts')));
    assert.equal(await board.end, { code: 0, errors: '' });
    assert.equal(board.lines, [
        '# a constructor that throws', 'motemq: no socket: Error: invalid address', 'opened', `close ${CONNECT_FAILED}`,
        '# close before the failure is told', 'motemq: no socket: Error: invalid address',
        '# write returns undefined, onError follows', 'open', 'write 4', 'took 0', 'closed', stays, `close ${CONNECTION_LOST}`,
        '# write returns NaN, as TLS does, and nothing follows', 'open', 'write 4', 'took 0', 'closed', stays, `close ${TRANSPORT_FAULT}`,
        '# write returns undefined while bytes are unread, and nothing follows', 'open',
        'bytes 0 8', 'took 4', 'write 4', 'bytes 0 1', 'took 0', 'closed', stays, `close ${TRANSPORT_FAULT}`,
        '# write throws, and nothing follows', 'open', 'write 4', 'motemq: a socket refused bytes: Error: would block',
        'closed', stays, `close ${TRANSPORT_FAULT}`,
        '# read throws', 'open', 'motemq: a connection failed: Error: invalid', 'closed', stays, `close ${TRANSPORT_FAULT}`,
        '# no room in the socket', 'open', 'write 16', 'write 3', 'took 19', 'writable', 'closed', stays,
        '# a socket that calls back after close', 'open', 'closed', stays,
        '# a packet that the resolver cannot parse, and the right one after it',
        'motemq: a name server\'s answer: Error: 1 packet that the resolver cannot parse', resolverStays, 'address 192.0.2.7', 'closed', stays,
        '# an answer without an address', resolverStays, `close ${NAME_NOT_RESOLVED}`,
        '# a name server that is silent, and answers too late', resolverStays, `close ${NAME_TIMEOUT}`,
        '# an answer after close', resolverStays,
        '# a resolver that cannot be made', 'motemq: no name resolver: Error: no memory', `close ${NAME_NOT_RESOLVED}`,
        '# what a TLS socket is made from', '192.0.2.1 8883 broker.example true true', 'closed', stays,
        '# only insecureAcceptAnyServer gives up verification, and keeps no session then',
        '{"serverName":"sni.example","verify":false,"cache":false}', 'closed', stays, 'null', 'closed', stays, '{"verify":true}', 'closed', stays,
        '# a TLS socket that cannot be made', 'motemq: no socket: Error: invalid address', `close ${CONNECT_FAILED}`,
        '# a WiFi of which everything throws', ...noRadio, 'motemq: WiFi did not disconnect: Error: no radio', `close ${NETWORK_TIMEOUT}`,
        '# networks and transports that are closed twice', ...noRadio, 'motemq: WiFi did not close: Error: no radio',
        '# users of a network that leave while others are told of it', 'up', 'second up', `down ${CONNECTION_LOST}`,
        '# wrong options', 'RangeError: motemq: address or host says where the broker is: undefined',
        'RangeError: motemq: port is 1 to 65535: 0', 'RangeError: motemq: port is 1 to 65535: 1883.5',
        'RangeError: motemq: sendBufferSize is a number of bytes: -1', 'RangeError: motemq: readSize is a number of bytes: NaN',
        'RangeError: motemq: io is a class: undefined', 'RangeError: motemq: dns.timeout is a number of ms: NaN',
        'RangeError: motemq: io is a class: undefined', 'RangeError: motemq: io is a class: undefined',
        `${mustVerify}: false`, `${mustVerify}: 0`, `${mustVerify}: null`, `${mustVerify}: false`,
        'RangeError: motemq: SSID names the network: ', 'RangeError: motemq: timeout and retryDelay are numbers of ms: soon, 500',
        '# a wake that is replaced, one that is removed', 'none inside the call', 'wake',
        '# a wake that throws, and the one after it', 'wake', 'motemq: a callback threw: ?', 'other wake',
        '# text and chance', '97,195,169,240,159,152,128,0', 'true true', 'true',
    ]);
});

test.run();
