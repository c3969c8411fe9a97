// A sensor node on an ESP32 with Espruino: wakes, reads, publishes at QoS 1 what it has, sleeps. A reading that cannot be
// delivered stays in flash and goes out with a later one. README.md beside it says how to put it on a board.
const settings = {
    ssid: 'home', password: 'secret',
    host: '192.168.1.10', port: 1883, topic: 'attic',
    /** Asleep, and at most awake, in ms. */
    asleep: 300000, awake: 20000,
    /** Thermistor or what you have: 0 to 1 of the supply voltage. */
    read: () => analogRead(D34),
};

/** Readings that wait: those of 30 hours. */
const MOST = 360;

const board = require('motemq-board');
const sleep = new board.DeepSleep(require('Storage'), ESP32, null);

function run() {
    function goToSleep() {
        sleep.sleep(settings.asleep);
    }
    // First of all: whatever goes wrong below, the battery lasts.
    setTimeout(goToSleep, settings.awake);

    const mqtt = require('motemq-pub');
    const readings = new board.StorageStore(require('Storage'), 'reading', 60);
    const record = E.toUint8Array(JSON.stringify({ value: Math.round(settings.read() * 1000) / 1000 }));
    if (readings.count >= MOST) readings.drop(1);
    readings.append(record, 0, record.length);

    const topic = new mqtt.Topic(null, settings.topic);
    const buffer = new Uint8Array(60);
    let published = 0;

    /** As many as the client takes now. */
    function publish() {
        while (published < readings.count) {
            const length = readings.read(published, buffer, 0);
            // A damaged record reads as 0 and is passed over.
            if (length > 0 && client.publish(topic, buffer, 0, length, 1, false) < 0) return;
            published++;
        }
    }

    function dropOldest() {
        readings.drop(1);
        if (published > 0) published--;
    }

    /** Lets damaged records go that would be the next to be acknowledged. */
    function dropDamaged() {
        while (readings.count > 0 && readings.read(0, buffer, 0) <= 0) dropOldest();
    }

    const client = new mqtt.Publisher({
        transport: { io: require('net'), host: settings.host, port: settings.port },
        // The same after every wake, and no other board's.
        clientId: getSerial().replace(/[^0-9A-Za-z]/g, '').substr(-12),
        sendBuffer: 300,
        cleanSession: true,
        onWritable: publish,
        onAcknowledged: () => {
            // In order: the oldest is safe now.
            dropOldest();
            dropDamaged();
            if (readings.count === 0 && client.safeToSleep) client.stop();
        },
        onStateChange: state => {
            // 0: stopped. DISCONNECT leaves when this turn is over.
            if (state === 0) setTimeout(goToSleep, 100);
        },
    });
    dropDamaged();
    publish();
    const wifi = new board.WifiLink({
        wifi: require('Wifi'), ssid: settings.ssid, password: settings.password,
        onChange: joined => {
            if (joined) client.start();
        },
    });
    wifi.start();
}

if (!sleep.resume()) run();
