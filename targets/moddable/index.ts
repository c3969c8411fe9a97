// motemq/moddable: what an ESP32 or ESP8266 with Moddable's XS needs to run the client.
export { ModdablePlatform } from './platform.ts';
export { TcpTransport } from './tcp-transport.ts';
export type { TcpOptions } from './tcp-transport.ts';
export { TlsTransport } from './tls-transport.ts';
export type { TlsOptions } from './tls-transport.ts';
export type { Secure } from './tls-socket.ts';
export { WiFiNetwork } from './wifi-network.ts';
export type { WiFi, WiFiOptions } from './wifi-network.ts';
export type { Network, NetworkUser } from './network.ts';
export type { Dns, Resolver } from './name-lookup.ts';
export { RecordStore } from './record-store.ts';
export type { RecordStoreOptions, Values } from './record-store.ts';
export { keyValues, preferenceValues } from './values.ts';
export type { KeyValue, Preference } from './values.ts';
export type { TransportOptions } from './socket-transport.ts';
export type { Socket, SocketClass, SocketOptions } from './socket.ts';
export { SerialLine } from './serial-line.ts';
export type { Serial, SerialClass, SerialClassOptions, SerialLineOptions } from './serial-line.ts';
