// The full client of src on Espruino, for transports other than its sockets (a modem), as a classic script: what require('motemq-core') returns.
import { Client, Subscription, Topic } from '../../src/index.ts';
import { EspruinoPlatform } from './platform.ts';
import { TcpTransport } from './tcp-transport.ts';

exports.Client = Client;
exports.Subscription = Subscription;
exports.Topic = Topic;
exports.EspruinoPlatform = EspruinoPlatform;
exports.TcpTransport = TcpTransport;
