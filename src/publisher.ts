// The package's entry `motemq/publisher`: a client that publishes and nothing else, for the smallest build.
export * from './reasons.ts';
export * from './session/states.ts';
export { BUFFER_FULL, TOO_LARGE } from './session/refusals.ts';
export { Topic } from './codec/topic.ts';
export type { ConnectOptions, Credentials, Will } from './codec/connect.ts';
export { Publisher } from './session/publisher.ts';
export type { PublisherOptions } from './session/options.ts';
export type { Platform, PlatformOwner, Transport, TransportOwner } from './transport.ts';
