// What an ESP32 or ESP8266 with Espruino needs to run the client. motemq.ts and motemq-pub.ts put it into one file with a client.
export { EspruinoPlatform } from './platform.ts';
export { TcpTransport } from './tcp-transport.ts';
export type { TcpOptions } from './tcp-transport.ts';
export type { Flash, Network, Socket } from './espruino.ts';
