// The program of a real board with Moddable that `motemq test` drives: one module, which is preloaded, and started by the `main` of the application
// (host/harness/bench/moddable-application.ts). Its console is the board's UART 0, which a release build of the SDK leaves alone.
import 'system';
import config from 'mc/config';
import Serial from 'embedded:io/serial';
import TCP from 'embedded:io/socket/tcp';
import WiFi from 'embedded:network/interface/wifi';
import memory from 'motemq-memory';
import Time from 'time';
import Timer from 'timer';
import { reasonText } from '../../src/session/reason-texts.ts';
import { ModdablePlatform, SerialLine, TcpTransport, WiFiNetwork } from '../../targets/moddable/index.ts';
import type { NetworkUser } from '../../targets/moddable/index.ts';
import { startBench } from './bench.ts';
import type { BoardOrder } from './bench.ts';
import { SerialConsole } from './serial-console.ts';

/** Of an ESP8266, once module `system` is loaded. */
declare const System: { deepSleep(us: number): void };

/** Joins, and stays in the network from then on. */
function join(SSID: string, password: string, onEnd: (failure: string) => void): void {
    const network = new WiFiNetwork({ io: WiFi, SSID, password });
    let joined = false;
    const user: NetworkUser = {
        onNetworkUp() {
            if (!joined) onEnd('');
            joined = true;
        },
        onNetworkDown(reason) {
            if (joined) return network.join(user);
            network.close();
            onEnd(reasonText(reason));
        },
    };
    network.join(user);
}

export function start(): void {
    const begun = Time.ticks;
    const line = new SerialLine({ io: Serial, port: 0, transmit: config.transmit as number, receive: config.receive as number });
    let hear: (order: BoardOrder) => void = () => {};
    // Each in a turn of its own: an ESP8266 has 256 slots of stack. What a timer's callback throws would end the machine without a word.
    const console = new SerialConsole(line, config.baud as number, order => Timer.set(() => {
        try {
            hear(order as BoardOrder);
        } catch (error) {
            trace('motemq: an order failed: ' + error + '\n');
        }
    }));
    // Release builds trace into nowhere; what the targets report there is to be heard.
    (globalThis as { trace: (...texts: string[]) => void }).trace = (...texts) => console.print(texts.join('').trimEnd());
    hear = startBench({
        engine: 'moddable ' + config.chip,
        print: text => console.print(text),
        now: () => Time.delta(begun),
        after: (ms, callback) => Timer.set(callback, ms),
        cancel: timer => Timer.clear(timer as ReturnType<typeof Timer.set>),
        memory,
        link(address, port) {
            const transport = new TcpTransport({ io: TCP, address, port, sendBufferSize: 512 });
            const platform = new ModdablePlatform();
            return { transport, platform, sendBuffer: transport.sendBuffer, release: () => platform.close() };
        },
        // The SDK has none for other chips.
        sleep: config.chip === 'esp8266' ? ms => System.deepSleep(ms * 1000) : null,
        join,
    });
}
