// The client for Espruino's sockets that only publishes, as a classic script: what require('motemq-pub') returns.
import { makeClient } from './compact/session.ts';
import { makeTopic } from './compact/topic.ts';

exports.Publisher = makeClient;
exports.Topic = makeTopic;
