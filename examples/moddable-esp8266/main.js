// A node on an ESP8266 (Moddable SDK 8) that lives on a battery: wakes, joins WiFi, publishes one reading as JSON with QoS 1, waits
// for the broker to have it, and sleeps deeply for `interval` seconds. Waking is a reset, by a wire from GPIO16 to RST. What it
// must know (manifest.json, `config`) can be told on mcconfig's command line; README.md, "Moddable", shows how.
import 'system';
import config from 'mc/config';
import TCP from 'embedded:io/socket/tcp';
import UDP from 'embedded:io/socket/udp';
import Resolver from 'embedded:network/dns/resolver/udp';
import WiFi from 'embedded:network/interface/wifi';
import Timer from 'timer';
import { Client, STOPPED, Topic } from 'motemq';
import { ModdablePlatform, TcpTransport, WiFiNetwork } from 'motemq/moddable';
import { JsonText, JsonWriter } from 'motemq/telemetry';

/** What the radio needs to send the DISCONNECT, in ms. */
const GOODBYE = 50;

function sleep() {
    // Microseconds, at most 71 minutes.
    System.deepSleep(config.interval * 1000000);
}

const platform = new ModdablePlatform();
const transport = new TcpTransport({
    io: TCP,
    host: config.host,
    port: Number(config.port),
    dns: { io: Resolver, servers: [config.nameServer], socket: { io: UDP } },
    network: new WiFiNetwork({ io: WiFi, SSID: config.ssid, password: config.password }),
    sendBufferSize: 256,
    writeSize: 128,
    readSize: 64,
});
const client = new Client({
    platform,
    transport,
    sendBuffer: transport.sendBuffer,
    receiveBuffer: new Uint8Array(64),
    clientId: config.clientId,
    // Nothing is to be kept for it while it sleeps.
    cleanSession: true,
    onAcknowledged: () => {
        if (client.safeToSleep) client.stop();
    },
    onStateChange: (state, reason) => {
        trace('state ', String(state), reason ? ', reason ' + reason : '', '\n');
        if (state === STOPPED) Timer.set(sleep, GOODBYE);
    },
});
const json = new JsonWriter(new Uint8Array(64));

json.begin(0, 64);
json.openObject();
json.key(new JsonText(platform, 'temperature'));
// Hundredths of a degree. Put your sensor here.
json.fixed(2134, 2);
json.close();
// It follows CONNECT in the same segment.
client.publish(new Topic(platform, config.topic), json.bytes, 0, json.end, 1, false);
// Awake for so many seconds at most: a network that does not come must not empty the battery.
Timer.set(sleep, config.awake * 1000);
client.start();
