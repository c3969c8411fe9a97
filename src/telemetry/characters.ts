// The ASCII characters that numbers and JSON are made of, each alone or up to four packed in one number, first character in the
// lowest byte. A module of its own, because a bundler puts numbers that are imported in their places.

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const POINT = 0x2e;
export const ZERO = 0x30;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
/** In ASCII the closing bracket comes two after the opening one. */
export const OPEN_ARRAY = 0x5b;
export const OPEN_OBJECT = 0x7b;

/** `\u00` */
export const ESCAPE = 0x3030755c;
/** `null` */
export const NULL = 0x6c6c756e;
/** `true` */
export const TRUE = 0x65757274;
/** `f` and `alse`: five do not fit. */
export const F = 0x66;
export const ALSE = 0x65736c61;
