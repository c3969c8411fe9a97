// The program of a board with Espruino: `run` plays the scenario that its parameters name, and prints the reports.
import { makeScenario } from '../../suites/index.ts';
import type { Platform, Transport } from '../../../src/transport.ts';
import type { Parameters, Scenario } from '../../suites/scenario.ts';
import type { Network } from '../../../targets/espruino/espruino.ts';

declare function print(text: string): void;
declare function require(name: 'net'): Network;

let scenario: Scenario | null;

exports.run = (parameters: Parameters, port: number): void => {
    scenario = makeScenario({
        // What the clients made for Espruino have in place of a transport, a platform and buffers.
        transport: { io: require('net'), host: '127.0.0.1', port } as unknown as Transport,
        platform: null as unknown as Platform,
        sendBuffer: 512 as unknown as Uint8Array,
        receiveBuffer: size => size as unknown as Uint8Array,
        parameters,
        report: line => print(line),
    });
    scenario.start();
};

exports.stop = (): void => {
    if (scenario) scenario.stop();
    // An ESP8266 has no room for two.
    scenario = null;
};
