// The codec on its own, as a classic script.
import { encodeConnect, encodeEmpty, encodeFilters, encodePuback, encodePublish, MessageDecoder, Topic, TopicFilter } from '../../src/codec/index.ts';

exports.encodeConnect = encodeConnect;
exports.encodeEmpty = encodeEmpty;
exports.encodeFilters = encodeFilters;
exports.encodePuback = encodePuback;
exports.encodePublish = encodePublish;
exports.MessageDecoder = MessageDecoder;
exports.Topic = Topic;
exports.TopicFilter = TopicFilter;
