// What a node on Espruino needs besides a client, as a classic script: what require('motemq-board') returns.
import { DeepSleep } from './deep-sleep.ts';
import { StorageStore } from './store.ts';
import { WifiLink } from './wifi.ts';

exports.DeepSleep = DeepSleep;
exports.StorageStore = StorageStore;
exports.WifiLink = WifiLink;
