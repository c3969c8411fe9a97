// A node on an ESP32 (Moddable SDK 8): joins WiFi, stays connected, and publishes a reading as JSON with QoS 1 every `interval`
// seconds. What it must know (manifest.json, `config`) can be told on mcconfig's command line; README.md, "Moddable", shows how.
// It has no wake cycle: the SDK cannot put an ESP32 to deep sleep. Where a native module of yours does (`esp_deep_sleep`), begin with the
// node for the ESP8266 beside this one.
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import UDP from 'embedded:io/socket/udp';
import Resolver from 'embedded:network/dns/resolver/udp';
import WiFi from 'embedded:network/interface/wifi';
import Timer from 'timer';
import { Client, Topic } from 'motemq';
import { ModdablePlatform, TcpTransport, WiFiNetwork } from 'motemq/moddable';
import { reasonText, stateText } from 'motemq/reason-texts';
import { JsonText, JsonWriter } from 'motemq/telemetry';

const platform = new ModdablePlatform();
const transport = new TcpTransport({
    io: TCP,
    host: config.host,
    port: Number(config.port),
    dns: { io: Resolver, servers: [config.nameServer], socket: { io: UDP } },
    // Joined before each connection, as often as it takes.
    network: new WiFiNetwork({ io: WiFi, SSID: config.ssid, password: config.password }),
    // About 25 readings: so many wait for a broken link to come back.
    sendBufferSize: 2048,
});
const client = new Client({
    platform,
    transport,
    sendBuffer: transport.sendBuffer,
    receiveBuffer: new Uint8Array(256),
    clientId: config.clientId,
    keepAlive: 120,
    onStateChange: (state, reason) => trace(stateText(state), reason ? ': ' + reasonText(reason) : '', '\n'),
    onAcknowledged: handle => trace('the broker has reading ', String(handle), '\n'),
});
const topic = new Topic(platform, config.topic);
const json = new JsonWriter(new Uint8Array(64));
const uptime = new JsonText(platform, 'uptime');
const temperature = new JsonText(platform, 'temperature');
let seconds = 0;

/** Takes a reading and publishes it. Allocates nothing. */
function read() {
    json.begin(0, 64);
    json.openObject();
    json.key(uptime);
    json.integer(seconds);
    json.key(temperature);
    // Hundredths of a degree. Put your sensor here.
    json.fixed(2134, 2);
    json.close();
    // A full buffer refuses it: then the link has been down for long, and this reading is left out.
    client.publish(topic, json.bytes, 0, json.end, 1, false);
    seconds += Number(config.interval);
}

client.start();
read();
Timer.repeat(read, config.interval * 1000);
