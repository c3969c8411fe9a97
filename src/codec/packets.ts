// First bytes of MQTT 3.1.1 control packets (§2.2): type in the upper four bits, the flags that §2.2.2 prescribes in the lower.

export const CONNECT = 0x10;
export const CONNACK = 0x20;
/** Or-ed with RETAIN, QOS_1, QOS_2 and DUP. */
export const PUBLISH = 0x30;
export const PUBACK = 0x40;
export const SUBSCRIBE = 0x82;
export const SUBACK = 0x90;
export const UNSUBSCRIBE = 0xa2;
export const UNSUBACK = 0xb0;
export const PINGREQ = 0xc0;
export const PINGRESP = 0xd0;
export const DISCONNECT = 0xe0;

/** Flags of a PUBLISH (§3.3.1). */
export const RETAIN = 0x01;
export const QOS_1 = 0x02;
export const QOS_2 = 0x04;
export const DUP = 0x08;

/** What an encoder returns instead of the end of the packet when the packet does not fit before `limit`. */
export const DOES_NOT_FIT = -1;
