// The public names of the telemetry room: numbers, texts, JSON and CBOR into a fixed buffer. A user of one carries none of the others.
export { DOES_NOT_FIT } from '../codec/packets.ts';
export { writeBoolean } from './bytes.ts';
export { CborText, CborWriter, INDEFINITE } from './cbor.ts';
export { JsonText, JsonWriter, writeText } from './json.ts';
export { toFixedPoint, writeDecimal, writeFixed, writeInteger } from './numbers.ts';
