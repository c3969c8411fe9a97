// A sensor node on an ESP8266 with Espruino: wakes, reads, publishes at QoS 1 what it has, sleeps for an hour. A reading that cannot
// be delivered stays in flash and goes out with a later one. GPIO16 must be connected to RST, or it never wakes. README.md beside it
// says how to put it on a board.
const settings = {
    ssid: 'home', password: 'secret',
    host: '192.168.1.10', port: 1883, topic: 'cellar',
    /** Asleep, and at most awake, in ms. */
    asleep: 3600000, awake: 20000,
    /** 0 to 1 V. */
    read: () => analogRead(A0),
};

/** Readings that wait, those of two days, and how long each may be. */
const MOST = 48;
const LONGEST = 8;

const board = require('motemq-board');
const sleep = new board.DeepSleep(require('Storage'), null, ESP8266);

function run() {
    function goToSleep() {
        sleep.sleep(settings.asleep);
    }
    // First of all: whatever goes wrong below, the battery lasts.
    setTimeout(goToSleep, settings.awake);

    const mqtt = require('motemq-pub');
    const topic = new mqtt.Topic(null, settings.topic);
    const readings = new board.StorageStore(require('Storage'), 'reading', LONGEST);
    const bytes = new Uint8Array(LONGEST);
    /** So many of them, the oldest, are with the client. */
    let given = 0;

    function give() {
        while (given < readings.count) {
            const length = readings.read(given, bytes, 0);
            if (length) {
                if (client.publish(topic, bytes, 0, length, 1, false) < 0) return;
                given++;
            } else {
                // A damaged one goes once it is the oldest.
                if (given) return;
                readings.drop(1);
            }
        }
    }

    const client = new mqtt.Publisher({
        // Its sockets take 268 bytes at once.
        transport: { io: require('net'), host: settings.host, port: settings.port, queueSize: 268 },
        clientId: getSerial().replace(/[^0-9A-Za-z]/g, '').substr(-12),
        sendBuffer: 100,
        cleanSession: true,
        // A broker acknowledges in the order in which it was sent to [MQTT-4.6.0-2].
        onAcknowledged: () => {
            if (given) {
                readings.drop(1);
                given--;
            }
            give();
            if (client.safeToSleep) client.stop();
        },
        onWritable: give,
        onStateChange: state => {
            // 0: stopped, and DISCONNECT is with the chip, which sends it.
            if (state === 0) setTimeout(goToSleep, 100);
        },
    });
    if (readings.count >= MOST) readings.drop(1);
    const reading = E.toUint8Array('' + Math.round(settings.read() * 1000));
    const kept = readings.append(reading, 0, reading.length);
    give();
    // Storage is full: then this one goes out now or never.
    if (!kept) client.publish(topic, reading, 0, reading.length, 1, false);
    const wifi = new board.WifiLink({
        wifi: require('Wifi'), ssid: settings.ssid, password: settings.password,
        // Where the access point was: then it is not looked for on all channels.
        memory: new board.StorageStore(require('Storage'), 'wifi', 64),
        onChange: joined => {
            if (joined) client.start();
        },
    });
    wifi.start();
}

if (!sleep.resume()) run();
