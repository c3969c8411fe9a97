// A node on an ESP32 with Espruino behind a cellular modem: every hour a reading with QoS 1, and in between the modem sleeps.
// README.md beside it has the wiring and says how to put this on a board.
const settings = {
    host: 'test.mosquitto.org', port: 1883, topic: 'motemq/cellular',
    apn: 'internet', user: '', password: '', pin: '',
    serial: Serial2, wires: { rx: D16, tx: D17 }, powerKey: D4,
    /** From one reading to the next, and how long to try at most, in ms. */
    interval: 3600000, awake: 180000,
    /** Thermistor or what you have: 0 to 1 of the supply voltage. */
    read: () => analogRead(D34),
};

const mqtt = require('motemq-core-pub');
const modem = require('motemq-modem');
const platform = new mqtt.EspruinoPlatform();
const transport = new modem.ModemTransport({
    serial: new modem.SerialLine({ io: settings.serial, setup: settings.wires }),
    // A clock of its own: the client's has one wake pending itself.
    platform: new mqtt.EspruinoPlatform(),
    dialect: require('motemq-quectel').quectel,
    host: settings.host, port: settings.port,
    apn: settings.apn, user: settings.user, password: settings.password, pin: settings.pin,
    powerKey: pressed => digitalWrite(settings.powerKey, pressed),
    powerSaving: { periodicUpdate: 4 * settings.interval / 1000, active: 2 },
});
const topic = new mqtt.Topic(platform, settings.topic);
let patience;

const client = new mqtt.Publisher({
    platform,
    transport,
    clientId: getSerial().replace(/[^0-9A-Za-z]/g, '').substr(-12),
    // About 20 readings: so many wait for a network that does not come.
    sendBuffer: new Uint8Array(800),
    // The transport has deadlines of its own: a first registration takes minutes.
    connectTimeout: 600000,
    onAcknowledged: () => {
        if (client.safeToSleep) client.stop();
    },
    onStateChange: (state, reason) => {
        print('state', state, reason, transport.model, 'signal', transport.signal);
        if (state === 0) transport.powerDown();
    },
});

function read() {
    const payload = platform.utf8(JSON.stringify({ value: Math.round(settings.read() * 1000) / 1000 }));
    client.publish(topic, payload, 0, payload.length, 1, false);
    client.start();
    if (patience) clearTimeout(patience);
    // The radio is dear.
    patience = setTimeout(() => client.stop(), settings.awake);
}

read();
setInterval(read, settings.interval);
