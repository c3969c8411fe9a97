// The program of a board with Espruino that publishes COUNT messages with QoS 1, whatever becomes of its link.
import type { Client, ClientOptions } from '../../../targets/espruino/compact/options.ts';
import type { Topic } from '../../../targets/espruino/compact/topic.ts';
import type { Network } from '../../../targets/espruino/espruino.ts';

declare function print(text: string): void;
declare function require(name: 'net'): Network;
declare function require(name: 'motemq'): { Client: new (options: ClientOptions) => Client; Topic: new (platform: null, text: string) => Topic };

const mqtt = require('motemq');

exports.run = (port: number, name: string, count: number): void => {
    const topic = new mqtt.Topic(null, 'cuts/' + name);
    let sent = 0;
    const publish = (): void => {
        while (sent < count) {
            const text = 'message ' + sent;
            // QoS 0 in between, which may be lost but must disturb nothing.
            client.publish(topic, text, 0, text.length, 0, false);
            if (client.publish(topic, text, 0, text.length, 1, false) < 0) return;
            sent++;
        }
    };
    const client = new mqtt.Client({
        transport: { io: require('net'), host: '127.0.0.1', port, queueSize: 150 },
        clientId: name, sendBuffer: 260, receiveBuffer: 32, retryDelay: 1, retryDelayMaximum: 4,
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
