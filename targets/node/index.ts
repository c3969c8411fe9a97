// motemq/node: what a laptop or a gateway needs to run the client.
export { TcpTransport } from './tcp-transport.ts';
export type { TcpOptions } from './tcp-transport.ts';
export { TlsTransport } from './tls-transport.ts';
export type { TlsOptions } from './tls-transport.ts';
export { NodePlatform } from './platform.ts';
export type { PlatformOptions } from './platform.ts';
export { FileStore } from './file-store.ts';
export type { Disk, FileStoreOptions } from './file-store.ts';
export { SerialLine } from './serial-line.ts';
export type { NodeSerialPort, NodeSerialPortClass, SerialLineOptions } from './serial-line.ts';
export { traceFile } from './trace-file.ts';
