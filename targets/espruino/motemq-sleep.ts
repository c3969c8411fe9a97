// A node that wakes, sends what has gathered and sleeps again, on Espruino, as a classic script: what require('motemq-sleep') returns,
// in place of 'motemq-pub'. Storage and deep sleep itself are in 'motemq-board'.
import { Publisher, Topic } from '../../src/publisher.ts';
import { MemoryStore, Outbox, WakeCycle } from '../../src/sleep/index.ts';
import { EspruinoPlatform } from './platform.ts';
import { TcpTransport } from './tcp-transport.ts';

exports.Publisher = Publisher;
exports.Topic = Topic;
exports.Outbox = Outbox;
exports.MemoryStore = MemoryStore;
exports.WakeCycle = WakeCycle;
exports.EspruinoPlatform = EspruinoPlatform;
exports.TcpTransport = TcpTransport;
