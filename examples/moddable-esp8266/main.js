// A node on an ESP8266 (Moddable SDK 8) that lives on a battery: wakes, takes a reading, joins WiFi, publishes what has gathered as JSON with QoS 1,
// waits for the broker to have it, and sleeps deeply for `interval` seconds. What cannot be delivered stays in flash and goes out with a later
// reading. The access point's channel and the broker's address stay there, too, so that most wakes look for neither. Waking is a reset, by a
// wire from GPIO16 to RST. What it must know (manifest.json, `config`) can be told on mcconfig's command line; README.md, "Moddable", shows how.
import 'system';
import config from 'mc/config';
import storage from 'embedded:storage/key-value';
import TCP from 'embedded:io/socket/tcp';
import UDP from 'embedded:io/socket/udp';
import Resolver from 'embedded:network/dns/resolver/udp';
import WiFi from 'embedded:network/interface/wifi';
import { Client, Topic } from 'motemq';
import { DROP_OLDEST, WakeCycle } from 'motemq/sleep';
import { ModdablePlatform, NetworkMemory, RecordStore, TcpTransport, WiFiNetwork, keyValues } from 'motemq/moddable';
import { JsonText, JsonWriter } from 'motemq/telemetry';

/** Bytes of the longest value in an ESP8266's flash. */
const VALUE_SIZE = 63;
/** Bytes of the longest reading. */
const READING_SIZE = 48;
/** Bytes of what is remembered of the network: 40, and the names of network and broker. Longer ones are not remembered. */
const NETWORK_SIZE = 120;

const platform = new ModdablePlatform();
const memory = new NetworkMemory({
    platform,
    store: new RecordStore({ values: keyValues(storage, 'network'), valueSize: VALUE_SIZE, recordSize: NETWORK_SIZE }),
    name: config.ssid + ' ' + config.host,
});
const transport = new TcpTransport({
    io: TCP,
    host: config.host,
    port: Number(config.port),
    dns: { io: Resolver, servers: [config.nameServer], socket: { io: UDP }, memory },
    network: new WiFiNetwork({ io: WiFi, SSID: config.ssid, password: config.password, memory }),
    sendBufferSize: 256,
    writeSize: 128,
    readSize: 64,
});
const cycle = new WakeCycle(Client, {
    platform,
    transport,
    sendBuffer: transport.sendBuffer,
    receiveBuffer: new Uint8Array(64),
    clientId: config.clientId,
    onStateChange: (state, reason) => trace('state ', String(state), reason ? ', reason ' + reason : '', '\n'),
}, {
    store: new RecordStore({ values: keyValues(storage, 'messages'), valueSize: VALUE_SIZE, recordSize: 1 + READING_SIZE }),
    image: new RecordStore({ values: keyValues(storage, 'image'), valueSize: VALUE_SIZE, recordSize: VALUE_SIZE }),
    topics: [new Topic(platform, config.topic)],
    payloadSize: READING_SIZE,
    policy: DROP_OLDEST,
    interval: config.interval * 1000,
    // A network that does not come must not empty the battery.
    timeLimit: config.awake * 1000,
    onSleep(ms, delivered) {
        memory.settle(delivered);
        // Microseconds, at most 71 minutes.
        System.deepSleep(ms * 1000);
    },
});

const json = new JsonWriter(new Uint8Array(READING_SIZE));
json.begin(0, READING_SIZE);
json.openObject();
json.key(new JsonText(platform, 'temperature'));
// Hundredths of a degree. Put your sensor here.
json.fixed(2134, 2);
json.close();
cycle.add(0, json.bytes, 0, json.end, false);
cycle.wake(false);
