// A constant that the bundles of this folder set (scripts/bundles.ts): false leaves out what only a client that subscribes needs.
declare const MOTEMQ_RECEIVES: boolean;
