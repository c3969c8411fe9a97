// motemq/moddable: what an ESP32 or ESP8266 with Moddable's XS needs to run the client.
export { ModdablePlatform } from './platform.ts';
export { TcpTransport } from './tcp-transport.ts';
export type { TcpOptions } from './tcp-transport.ts';
export type { Socket, SocketClass, SocketOptions } from './socket.ts';
