// motemq/outbox: messages that outlast connections, resets and power cuts.
export { DROP_NEWEST, DROP_OLDEST, Outbox, REFUSE } from './outbox.ts';
export type { OutboxOptions, Outlet } from './outbox.ts';
export { MemoryStore } from './memory-store.ts';
export type { Store } from '../store.ts';
