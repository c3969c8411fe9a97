// The full client on Espruino, as a classic script: what require('motemq') returns.
import { Client, Subscription, Topic } from '../../src/index.ts';
import { publishFast } from './fast-publish.ts';
import { EspruinoPlatform } from './platform.ts';
import { TcpTransport } from './tcp-transport.ts';

publishFast();
exports.Client = Client;
exports.Subscription = Subscription;
exports.Topic = Topic;
exports.EspruinoPlatform = EspruinoPlatform;
exports.TcpTransport = TcpTransport;
