// The program of a board with Espruino: `run` plays the scenario that its parameters name, and prints the reports.
import { EspruinoPlatform, TcpTransport } from '../../../targets/espruino/index.ts';
import { makeScenario } from '../../suites/index.ts';
import type { Parameters, Scenario } from '../../suites/scenario.ts';
import type { Network } from '../../../targets/espruino/espruino.ts';

declare function print(text: string): void;
declare function require(name: 'net'): Network;

let scenario: Scenario;

exports.run = (parameters: Parameters, port: number): void => {
    scenario = makeScenario({
        transport: new TcpTransport({ io: require('net'), host: '127.0.0.1', port }),
        platform: new EspruinoPlatform(),
        sendBuffer: new Uint8Array(512),
        parameters,
        report: line => print(line),
    });
    scenario.start();
};

exports.stop = (): void => scenario.stop();
