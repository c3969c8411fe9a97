// The full client for Espruino's sockets, as a classic script: what require('motemq') returns.
// dialect-ok-file module-variable: one client at a time, and on Espruino alone
// dialect-ok-file regular-expression: at set-up, and on Espruino alone
import { client, isPending, makeClient, subscribe, unsubscribe } from './compact/session.ts';
import { makeSubscription } from './compact/subscription.ts';
import { makeTopic } from './compact/topic.ts';

client.isPending = isPending;
client.subscribe = subscribe;
client.unsubscribe = unsubscribe;
exports.Client = makeClient;
exports.Subscription = makeSubscription;
exports.Topic = makeTopic;
