// The client that only publishes, as a classic script.
import { Publisher, Topic } from '../../src/publisher.ts';

exports.Publisher = Publisher;
exports.Topic = Topic;
