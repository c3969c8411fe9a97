// A board's program for bundle.test.ts: imports every module of the virtual board, as a Moddable app does.
import config from 'mc/config';
import Time from 'time';
import Timer from 'timer';
import TCP from 'embedded:io/socket/tcp';

class Greeter {
    private readonly bytes = new Uint8Array([104, 105]);
    private greeted = false;

    greet(socket: TCP): void {
        if (!this.greeted) {
            this.greeted = true;
            socket.write(this.bytes);
        }
    }
}

const greeter = new Greeter();
const start = Time.ticks;

function connect(): TCP {
    return new TCP({
        address: '127.0.0.1',
        port: config.port as number,
        onWritable() {
            greeter.greet(this);
        },
        onReadable() {
            const text = String.fromCharCode(...new Uint8Array(this.read() as ArrayBuffer));
            Timer.set(() => {
                trace(`${text} ${Time.delta(start) >= 5} ${Meter.slotBytes > 0}\n`);
                Board.exit(0);
            }, 5);
        },
    });
}

connect();
