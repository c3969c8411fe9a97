// The program of a board with Espruino that publishes COUNT messages with QoS 1, whatever becomes of its link.
import { Client, Topic } from '../../../src/index.ts';
import { EspruinoPlatform, TcpTransport } from '../../../targets/espruino/index.ts';
import type { Network } from '../../../targets/espruino/espruino.ts';

declare function print(text: string): void;
declare function require(name: 'net'): Network;

exports.run = (port: number, name: string, count: number): void => {
    const platform = new EspruinoPlatform();
    const topic = new Topic(platform, 'cuts/' + name);
    let sent = 0;
    const publish = (): void => {
        while (sent < count) {
            const bytes = platform.utf8('message ' + sent);
            // QoS 0 in between, which may be lost but must disturb nothing.
            client.publish(topic, bytes, 0, bytes.length, 0, false);
            if (client.publish(topic, bytes, 0, bytes.length, 1, false) < 0) return;
            sent++;
        }
    };
    const client = new Client({
        transport: new TcpTransport({ io: require('net'), host: '127.0.0.1', port, queueSize: 150 }),
        platform, clientId: name, sendBuffer: new Uint8Array(300), receiveBuffer: new Uint8Array(32), retryDelay: 1, retryDelayMaximum: 4,
        onWritable: publish,
        onStateChange: (state, reason) => {
            if (state === 4) publish();
            if (state === 0) print('done ' + name + ' ' + client.acknowledged + ' ' + client.connections + ' ' + reason);
        },
        onAcknowledged: () => {
            publish();
            if (client.acknowledged === count) client.stop();
        },
    });
    client.start();
};
