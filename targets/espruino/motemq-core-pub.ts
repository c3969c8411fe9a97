// The client of src that only publishes, on Espruino, for transports other than its sockets (a modem), as a classic script: what
// require('motemq-core-pub') returns.
import { Publisher, Topic } from '../../src/publisher.ts';
import { EspruinoPlatform } from './platform.ts';
import { TcpTransport } from './tcp-transport.ts';

exports.Publisher = Publisher;
exports.Topic = Topic;
exports.EspruinoPlatform = EspruinoPlatform;
exports.TcpTransport = TcpTransport;
