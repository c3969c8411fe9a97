// A sensor node on an ESP8266 with Espruino: wakes, reads, publishes at QoS 1, sleeps for an hour. GPIO16 must be connected to
// RST, or it never wakes. README.md beside it says how to put it on a board.
const settings = {
    ssid: 'home', password: 'secret',
    host: '192.168.1.10', port: 1883, topic: 'cellar',
    /** Asleep, and at most awake, in ms. */
    asleep: 3600000, awake: 20000,
    /** 0 to 1 V. */
    read: () => analogRead(A0),
};

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
    const reading = '' + Math.round(settings.read() * 1000);

    const client = new mqtt.Publisher({
        // Its sockets take 268 bytes at once.
        transport: { io: require('net'), host: settings.host, port: settings.port, queueSize: 268 },
        clientId: getSerial().replace(/[^0-9A-Za-z]/g, '').substr(-12),
        sendBuffer: 100,
        cleanSession: true,
        onAcknowledged: () => client.stop(),
        onStateChange: state => {
            // 0: stopped. DISCONNECT leaves when this turn is over.
            if (state === 0) setTimeout(goToSleep, 100);
        },
    });
    client.publish(topic, reading, 0, reading.length, 1, false);
    const wifi = new board.WifiLink({
        wifi: require('Wifi'), ssid: settings.ssid, password: settings.password,
        onChange: joined => {
            if (joined) client.start();
        },
    });
    wifi.start();
}

if (!sleep.resume()) run();
