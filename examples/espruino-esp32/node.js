// A sensor node on an ESP32 with Espruino: wakes, reads, publishes at QoS 1 what it has, sleeps. A reading that cannot be
// delivered stays in flash and goes out with a later one. README.md beside it says how to put it on a board.
const settings = {
    ssid: 'home', password: 'secret',
    host: '192.168.1.10', port: 1883, topic: 'attic',
    /** From wake to wake, and at most awake, in ms. */
    interval: 300000, awake: 20000,
    /** Readings that are sent together: each use of the radio costs more than all the rest. */
    batch: 1,
    /** Thermistor or what you have: 0 to 1 of the supply voltage. */
    read: () => analogRead(D34),
};

/** Readings that wait: those of 30 hours. */
const MOST = 360;

const board = require('motemq-board');
const sleep = new board.DeepSleep(require('Storage'), ESP32, null);

function run() {
    // First of all: whatever goes wrong below, the battery lasts.
    setTimeout(() => sleep.sleep(settings.interval), settings.awake + 10000);

    const mqtt = require('motemq-sleep');
    const flash = require('Storage');
    const platform = new mqtt.EspruinoPlatform();
    const tcp = new mqtt.TcpTransport({ io: require('net'), host: settings.host, port: settings.port });

    /** Waits for WiFi, which is joined only when the cycle uses the radio. */
    let waiting = null;
    const wifi = new board.WifiLink({
        wifi: require('Wifi'), ssid: settings.ssid, password: settings.password,
        onChange: joined => {
            const owner = waiting;
            if (!joined || !owner) return;
            waiting = null;
            tcp.open(owner);
        },
    });
    const transport = {
        open: owner => {
            if (wifi.joined) return tcp.open(owner);
            waiting = owner;
            wifi.start();
        },
        write: (bytes, start, end) => tcp.write(bytes, start, end),
        flush: () => tcp.flush(),
        close: () => {
            waiting = null;
            tcp.close();
        },
    };

    const readings = new board.StorageStore(flash, 'reading', 61);
    if (readings.count >= MOST) readings.drop(readings.count - MOST + 1);
    const cycle = new mqtt.WakeCycle(mqtt.Publisher, {
        platform, transport,
        // The same after every wake, and no other board's.
        clientId: getSerial().replace(/[^0-9A-Za-z]/g, '').substr(-12),
        sendBuffer: new Uint8Array(300),
    }, {
        store: readings, image: new board.StorageStore(flash, 'image', 60),
        topics: [new mqtt.Topic(platform, settings.topic)], payloadSize: 60,
        interval: settings.interval, timeLimit: settings.awake, batchCount: settings.batch,
        onSleep: ms => sleep.sleep(ms),
    });
    const reading = E.toUint8Array(JSON.stringify({ value: Math.round(settings.read() * 1000) / 1000 }));
    cycle.add(0, reading, 0, reading.length, false);
    cycle.wake(false);
}

if (!sleep.resume()) run();
