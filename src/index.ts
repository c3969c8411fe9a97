// The package's entry `motemq`: the full client.
export * from './publisher.ts';
export { Client } from './session/client.ts';
export type { ClientOptions } from './session/options.ts';
export { NOT_SUBSCRIBED, REFUSED, Subscription } from './session/subscription.ts';
export type { Message } from './codec/message-decoder.ts';
