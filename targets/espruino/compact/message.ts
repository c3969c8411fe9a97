// A received message as applications see it: that of src, for the topics and filters of this folder. Types only.
import type { Message as Received } from '../../../src/codec/message-decoder.ts';
import type { Subscription } from './subscription.ts';
import type { Topic } from './topic.ts';

export interface Message extends Omit<Received, 'topicIs' | 'matches'> {
    topicIs(topic: Topic): boolean;
    matches(filter: Subscription): boolean;
}
