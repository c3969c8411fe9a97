// The client that only publishes, on Espruino, as a classic script: what require('motemq-pub') returns.
import { Publisher, Topic } from '../../src/publisher.ts';
import { publishFast } from './fast-publish.ts';
import { EspruinoPlatform } from './platform.ts';
import { TcpTransport } from './tcp-transport.ts';

publishFast();
exports.Publisher = Publisher;
exports.Topic = Topic;
exports.EspruinoPlatform = EspruinoPlatform;
exports.TcpTransport = TcpTransport;
