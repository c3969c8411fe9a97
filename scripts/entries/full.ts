// The full client as a classic script: what a program takes from require('motemq').
import { Client, Subscription, Topic } from '../../src/index.ts';

exports.Client = Client;
exports.Subscription = Subscription;
exports.Topic = Topic;
