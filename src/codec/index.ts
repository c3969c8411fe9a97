// The codec on its own: bytes <-> MQTT 3.1.1 control packets, in place, in the caller's buffers.
export * from './packets.ts';
export * from '../reasons.ts';
export { isText, encodeText } from './text.ts';
export type { TextEncoding } from './text.ts';
export { Topic, isFilter, matchesFilter } from './topic.ts';
export { encodeConnect } from './connect.ts';
export type { ConnectOptions, Credentials, Will } from './connect.ts';
export { encodePublish, publishSize, encodePuback, encodeEmpty } from './publish.ts';
export { TopicFilter, encodeFilters } from './subscribe.ts';
export { Decoder } from './decoder.ts';
export type { AcknowledgementSink } from './decoder.ts';
export { MessageDecoder } from './message-decoder.ts';
export type { Message, MessageSink } from './message-decoder.ts';
