// The telemetry node on Espruino, as `npm start -- --board espruino` runs it: the published motemq-pub.min.js over Espruino's own
// sockets. It tells of its progress as progress.ts has it.
const WAITING = 1;
const CONNECTED = 4;
const STOPPED = 0;

exports.run = settings => {
    const mqtt = require('motemq-pub');
    const topic = new mqtt.Topic(null, settings.topic);
    const heap = { beats: 0, slots: 0, chunkBytes: 0, slotBytes: 0, bytes: 0, variables: 0 };
    let published = 0;
    let resent = 0;
    let used = 0;

    function tell() {
        print('progress ' + JSON.stringify({
            published: published, acknowledged: client.acknowledged, resent: resent, connections: client.connections, state: client.state,
            closeReason: client.closeReason, finished: published === settings.count && client.safeToSleep, heap: heap,
        }));
    }

    const client = new mqtt.Publisher({
        transport: { io: require('net'), host: settings.address, port: settings.port },
        clientId: settings.clientId, cleanSession: true, keepAlive: 30, userName: settings.userName, password: settings.password,
        // What waits for its acknowledgement, through a break of the link, too.
        sendBuffer: 3000,
        // Short, so that the demonstration goes on soon. A fleet of nodes leaves it at 1 s to 2 minutes.
        retryDelay: 100, retryDelayMaximum: 2000, responseTimeout: 5000,
        onStateChange: state => {
            // Whatever was on its way is sent again.
            if (state === WAITING) resent += published - client.acknowledged;
            if (state !== STOPPED) return;
            clearInterval(beat);
            tell();
            print('end');
        },
    });

    /** Takes a reading and publishes it. One that the full buffer refuses is taken again at the next beat. */
    function read() {
        const n = published + 1;
        // A day's course in hundredths of a degree, and volts from millivolts: no sensor is connected.
        const reading = '{"n":' + n + ',"temperature":' + ((1900 + n * 37 % 450) / 100).toFixed(2) + ',"battery":' + ((4150 - n % 800) / 1000).toFixed(3) + '}';
        if (n <= settings.count && client.publish(topic, reading, 0, reading.length, 1, false) > 0) published = n;
    }

    const beat = setInterval(() => {
        // Nothing is under way: what is in use now, and was not at the first such moment?
        if (client.state === CONNECTED && client.safeToSleep && published > 1 && typeof process !== 'undefined') {
            const now = process.memory().usage;
            if (!heap.beats) used = now;
            heap.beats++;
            heap.variables = now - used;
        }
        tell();
        if (published === settings.count && client.safeToSleep) client.stop();
        read();
    }, settings.interval);
    client.start();
};
