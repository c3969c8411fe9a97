// A node on an ESP32 (Moddable SDK 8) behind a cellular modem: every `interval` seconds a reading as JSON with QoS 1, and in between
// the modem sleeps. README.md beside it has the wiring; what it must know (manifest.json, `config`) can be told to mcconfig.
import config from 'mc/config';
import Digital from 'embedded:io/digital';
import Serial from 'embedded:io/serial';
import Timer from 'timer';
import { Client, CONNECTED, STOPPED, Topic } from 'motemq';
import { ModemTransport } from 'motemq/modem';
import { quectel } from 'motemq/modem/quectel';
import { ModdablePlatform, SerialLine } from 'motemq/moddable';
import { reasonText, stateText } from 'motemq/reason-texts';
import { JsonText, JsonWriter } from 'motemq/telemetry';

/** About 12 days, in ms. */
const FOREVER = 0x3fffffff;
const interval = Number(config.interval);
const powerKey = new Digital({ pin: 4, mode: Digital.Output });
powerKey.write(0);

const platform = new ModdablePlatform();
const transport = new ModemTransport({
    serial: new SerialLine({ io: Serial, port: 2, transmit: 17, receive: 16 }),
    // A clock of its own: the client's has one wake pending itself.
    platform: new ModdablePlatform(),
    dialect: quectel,
    host: config.host,
    port: Number(config.port),
    apn: config.apn,
    user: config.user || undefined,
    password: config.password || undefined,
    pin: config.pin || undefined,
    powerKey: pressed => powerKey.write(pressed ? 1 : 0),
    // With its header this is less than the 128 bytes that the ESP32's serial port holds.
    readSize: 64,
    powerSaving: { periodicUpdate: 4 * interval, active: 2 },
});
const client = new Client({
    platform,
    transport,
    // About 20 readings: so many wait for a network that does not come.
    sendBuffer: new Uint8Array(1536),
    receiveBuffer: new Uint8Array(128),
    clientId: config.clientId,
    // The transport has deadlines of its own: a first registration takes minutes.
    connectTimeout: 600000,
    onStateChange: (state, reason) => {
        trace(stateText(state), reason ? ': ' + reasonText(reason) : '', '\n');
        if (state === CONNECTED) trace(transport.model, ', signal ', String(transport.signal), '\n');
        if (state === STOPPED) transport.powerDown();
    },
    onAcknowledged: () => {
        if (client.safeToSleep) client.stop();
    },
});
const topic = new Topic(platform, config.topic);
const json = new JsonWriter(new Uint8Array(64));
const reading = new JsonText(platform, 'reading');
const temperature = new JsonText(platform, 'temperature');
let readings = 0;

/** Takes a reading and sends it, with those that are still here. Gives up after `awake` seconds, because the radio is dear. */
function read() {
    json.begin(0, 64);
    json.openObject();
    json.key(reading);
    json.integer(readings++);
    json.key(temperature);
    // Hundredths of a degree. Put your sensor here.
    json.fixed(2134, 2);
    json.close();
    client.publish(topic, json.bytes, 0, json.end, 1, false);
    client.start();
    Timer.schedule(patience, Number(config.awake) * 1000, FOREVER);
}

const patience = Timer.set(() => client.stop(), FOREVER, FOREVER);

read();
Timer.repeat(read, interval * 1000);
