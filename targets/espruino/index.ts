// What an ESP32 or ESP8266 with Espruino needs to run the client of src; motemq-core.ts and motemq-core-pub.ts put it into one file with
// that. And the types of what require('motemq') and require('motemq-pub') give on a board.
export type { Client as SocketClient, ClientOptions as SocketClientOptions, Publisher as SocketPublisher, PublisherOptions as SocketPublisherOptions, SocketOptions } from './compact/options.ts';
export type { Message as SocketMessage } from './compact/message.ts';
export { DeepSleep } from './deep-sleep.ts';
export type { Esp32, Esp8266 } from './deep-sleep.ts';
export { EspruinoPlatform } from './platform.ts';
export { StorageStore } from './store.ts';
export { TcpTransport } from './tcp-transport.ts';
export type { TcpOptions } from './tcp-transport.ts';
export { WifiLink } from './wifi.ts';
export type { Wifi, WifiOptions } from './wifi.ts';
export type { Flash, Network, Socket } from './espruino.ts';
export { SerialLine } from './serial-line.ts';
export type { Serial, SerialLineOptions } from './serial-line.ts';
