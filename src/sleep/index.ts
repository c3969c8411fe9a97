// motemq/sleep: nodes that wake, send what has gathered and sleep again.
export { WakeCycle } from './wake-cycle.ts';
export type { WakeCycleOptions } from './options.ts';
export { SessionImage, imageSize } from './image.ts';
export * from '../outbox/index.ts';
