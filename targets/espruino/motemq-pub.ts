// The client for Espruino's sockets that only publishes, as a classic script: what require('motemq-pub') returns.
// dialect-ok-file module-variable: one client at a time, and on Espruino alone
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
import { makeClient } from './compact/session.ts';
import { makeTopic } from './compact/topic.ts';

exports.Publisher = makeClient;
exports.Topic = makeTopic;
