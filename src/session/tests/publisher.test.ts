// The publisher on its own, as the smallest build has it: what a broker sends to a client that has subscribed to nothing.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CONNECTED, MALFORMED_PACKET, Publisher, WAITING } from '../../publisher.ts';
import { VirtualPlatform, VirtualTransport, bytes } from './world.ts';

function connectedPublisher(): { client: Publisher; transport: VirtualTransport } {
    const platform = new VirtualPlatform();
    const transport = new VirtualTransport();
    const client = new Publisher({ platform, transport, clientId: 'c', sendBuffer: new Uint8Array(100) });
    client.start();
    platform.turn();
    transport.opened();
    transport.sends(...bytes('20020000'));
    transport.take();
    return { client, transport };
}

test('[MQTT-4.3.1-1] a publisher leaves out and counts messages that come unasked, and stays connected', () => {
    const { client, transport } = connectedPublisher();
    transport.sends(...bytes('3004000174 61' + '3206000174 0007 61'));
    assert.is(client.skipped, 2);
    assert.is(client.state, CONNECTED);
    assert.is(transport.take(), '');
});

test('[MQTT-4.8.0-1] a publisher that gets the answer to a request of which it is not capable closes the connection', () => {
    for (const answer of ['9003000100', 'b0020001']) {
        const { client, transport } = connectedPublisher();
        transport.sends(...bytes(answer));
        assert.is(client.state, WAITING);
        assert.is(client.closeReason, MALFORMED_PACKET);
    }
});

test.run();
