// Why a connection ended (`onClose(reason)`, `client.closeReason`). 1 to 5 are the CONNACK return codes of MQTT 3.1.1 §3.2.2.3.
// Texts for people are in session/reason-texts.ts, which a build can leave out.

export const UNACCEPTABLE_PROTOCOL_VERSION = 1;
export const IDENTIFIER_REJECTED = 2;
export const SERVER_UNAVAILABLE = 3;
export const BAD_USER_NAME_OR_PASSWORD = 4;
export const NOT_AUTHORIZED = 5;

/** The application called `stop`. */
export const CLOSED_BY_APPLICATION = 16;
/** The peer ended the connection, or it broke. */
export const CONNECTION_LOST = 17;
/** The transport could not connect (refused, unreachable, no network). */
export const CONNECT_FAILED = 18;
/** The host name could not be resolved: there is no such name, or no name server that knows. */
export const NAME_NOT_RESOLVED = 19;
/** TLS: the handshake failed, the certificate is not trusted, or a record cannot be read. */
export const TLS_FAILED = 20;
/** The transport did not connect within `connectTimeout`. */
export const CONNECT_TIMEOUT = 21;
/** An answer (CONNACK, PUBACK, SUBACK, UNSUBACK, PINGRESP) did not come within `responseTimeout`. */
export const CONNACK_TIMEOUT = 22;
export const PUBACK_TIMEOUT = 23;
export const SUBACK_TIMEOUT = 24;
export const UNSUBACK_TIMEOUT = 25;
export const PINGRESP_TIMEOUT = 26;
/** No name server answered in time. */
export const NAME_TIMEOUT = 27;
/** The board did not get onto its network (WiFi, cellular) in time. */
export const NETWORK_TIMEOUT = 28;

/** The peer sent bytes that no packet can have that a client may receive then [MQTT-4.8.0-1]: also anything but CONNACK first, or a second CONNACK. */
export const MALFORMED_PACKET = 32;
/** The peer answered what was not asked: session present to a clean session [MQTT-3.2.2-1], or a SUBACK with too few or too many codes [MQTT-3.8.4-5]. */
export const UNEXPECTED_PACKET = 33;
/** The peer sent a QoS 2 PUBLISH or granted QoS 2, which this client never asks for. */
export const UNSUPPORTED_QOS = 34;
/** A packet that must be held as a whole does not fit the receive buffer. */
export const PACKET_TOO_LARGE = 35;
/** More messages came than could be acknowledged while the transport took nothing: the next connection brings them again. */
export const ACKNOWLEDGEMENTS_BLOCKED = 36;
/** The transport lost bytes or does not know whether they were sent. */
export const TRANSPORT_FAULT = 37;

/** The modem answers at no speed that was tried, and pressing its power key did not help. */
export const MODEM_SILENT = 48;
/** The modem is none that the dialect is for; its `model` says what it is. */
export const WRONG_MODEM = 49;
/** There is no SIM, or it does not work. */
export const SIM_MISSING = 50;
/** The SIM wants a PIN that was not given or was wrong once, or a PUK. */
export const SIM_LOCKED = 51;
/** The network refuses this SIM. */
export const REGISTRATION_DENIED = 52;
/** No network was found within `registrationTimeout`. */
export const NO_COVERAGE = 53;
/** The modem got no address: the APN, its user or its password may be wrong. */
export const BEARER_FAILED = 54;
/** The modem has started anew by itself. */
export const MODEM_RESTARTED = 55;
