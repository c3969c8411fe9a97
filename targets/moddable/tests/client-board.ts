// Runs on the virtual board for client.test.ts: an application of ECMA-419's MQTT client class that traces each callback and does what
// lines from the host say. A line is `VERB JSON`; one that begins with `on` is done inside the next callback of that name.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import TLSSocket from 'embedded:io/socket/tcp/tls';
import Timer from 'timer';
import MQTTClient from '../client.ts';
import type { ControlMessage, MQTTClientOptions, MessageOptions, ReadableOptions } from '../client.ts';
import type { Resolver } from '../name-lookup.ts';

const say = (text: string): void => trace(text + '\n');
const { fromString } = ArrayBuffer as unknown as { fromString(text: string): ArrayBuffer };
const { fromArrayBuffer } = String as unknown as { fromArrayBuffer(buffer: ArrayBuffer): string };

/** Knows one name. */
class OneName implements Resolver {
    private timer: ReturnType<typeof Timer.set> | null = null;

    resolve({ host, onResolved, onError }: Parameters<Resolver['resolve']>[0]): void {
        this.timer = Timer.set(() => {
            this.timer = null;
            if (host === 'broker.test') onResolved(host, '127.0.0.1');
            else onError(host);
            if (config.closeWhen === 'connecting') client.close();
        }, 0);
    }

    close(): void {
        if (this.timer) Timer.clear(this.timer);
    }
}

interface Line {
    readonly verb: string;
    readonly value: unknown;
}

/** What to do inside the next callback of a name. */
const inside: Record<string, Line[] | undefined> = {};
/** `read` inside onReadable, unless the host wants to read later. */
let readsAtOnce = true;
let constructed = false;

function described(data: ArrayBuffer | number | undefined): string {
    if (typeof data !== 'object') return String(data);
    return data.byteLength > 32 ? `${data.byteLength} bytes` : `'${fromArrayBuffer(data)}'`;
}

function obey({ verb, value }: Line): void {
    switch (verb) {
        case 'write': {
            const { data, ...options } = value as { data?: string | number } & MessageOptions;
            const bytes = typeof data === 'number' ? new ArrayBuffer(data) : fromString(data ?? '');
            say(`wrote ${client.write(bytes, Object.keys(options).length > 0 ? options : undefined)}`);
            break;
        }
        case 'read': say(`read ${described(client.read(value as number | undefined))}`); break;
        case 'fill': {
            const into = new Uint8Array(value as number);
            say(`filled ${client.read(into.subarray(1))} ${into.join()}`);
            break;
        }
        case 'taken': say(`taken ${Meter.bytesIn()}`); break;
        case 'later': readsAtOnce = false; break;
        case 'now': readsAtOnce = true; break;
        case 'close': client.close(); break;
        case 'throw': throw new Error('thrown');
        case 'format': client.format = value as string; break;
        case 'exit': Timer.set(() => Board.exit(0), 0); break;
        default: say(`unknown ${verb}`);
    }
}

function attempt(line: Line): void {
    try {
        obey(line);
    } catch (error) {
        say(String(error));
    }
}

function called(name: string, text: string, self: MQTTClient): void {
    const lines = inside[name] ?? [];
    inside[name] = undefined;
    say(`${name} ${text}${self === client ? '' : ', and this is not the client'}`);
    for (const line of lines) {
        if (line.verb === 'throw') throw new Error('thrown');
        attempt(line);
    }
}

Board.onLine = text => {
    const [verb] = text.split(' ', 1);
    const line: Line = { verb, value: text.length > verb.length ? JSON.parse(text.slice(verb.length)) : undefined };
    if (!verb.startsWith('on')) attempt(line);
    else {
        const task = line.value as Line;
        inside[verb] = [...inside[verb] ?? [], task];
    }
    say(`done ${text}`);
};

const { password, will, ...given } = config.options as { password?: string; will?: { message: string } };
const client: MQTTClient = new MQTTClient({
    host: 'broker.test', port: String(config.port), socket: config.tls ? { io: TLSSocket, TCP: { io: TCP } } : { io: TCP }, dns: { io: OneName }, id: 'board', target: 'mine',
    retryDelay: 0, ...given as Partial<MQTTClientOptions<MQTTClient>>,
    ...(password === undefined ? {} : { password: fromString(password) }),
    ...(will === undefined ? {} : { will: { ...will, message: fromString(will.message) } as never }),
    onControl(message: ControlMessage) {
        called('onControl', JSON.stringify(message), this);
    },
    onReadable(count: number, options: ReadableOptions) {
        called('onReadable', `${count} ${JSON.stringify(options)}`, this);
        if (readsAtOnce) say(`read ${described(this.read())}`);
    },
    onWritable(count: number) {
        called('onWritable', String(count), this);
    },
    onError(error: Error) {
        called('onError', error.message, this);
    },
    onStateChange(state: number, reason: number) {
        if (reason || !constructed) called('onStateChange', `${state} ${reason}`, this);
    },
});
constructed = true;
if (config.closeWhen === 'resolving') client.close();
say(`ready ${client.format} ${client.target}`);
