// Texts for people: what the numbers of reasons.ts, refusals.ts and states.ts mean. A build for a small board leaves this file out.
import * as reasons from '../reasons.ts';
import * as refusals from './refusals.ts';
import * as states from './states.ts';

/** Why a connection ended, in a few words; a number that has no text gives 'reason N'. */
export function reasonText(reason: number): string {
    switch (reason) {
        case 0: return 'no connection has ended yet';
        case reasons.UNACCEPTABLE_PROTOCOL_VERSION: return 'the broker does not speak MQTT 3.1.1';
        case reasons.IDENTIFIER_REJECTED: return 'the broker rejects the client identifier';
        case reasons.SERVER_UNAVAILABLE: return 'the broker is unavailable';
        case reasons.BAD_USER_NAME_OR_PASSWORD: return 'user name or password is wrong';
        case reasons.NOT_AUTHORIZED: return 'the client is not authorized to connect';
        case reasons.CLOSED_BY_APPLICATION: return 'stopped by the application';
        case reasons.CONNECTION_LOST: return 'the connection was closed or broke';
        case reasons.CONNECT_FAILED: return 'the broker could not be reached';
        case reasons.NAME_NOT_RESOLVED: return 'the host name could not be resolved';
        case reasons.TLS_FAILED: return 'the TLS handshake failed or the certificate is not trusted';
        case reasons.CONNECT_TIMEOUT: return 'connecting took too long';
        case reasons.CONNACK_TIMEOUT: return 'no CONNACK came in time';
        case reasons.PUBACK_TIMEOUT: return 'no PUBACK came in time';
        case reasons.SUBACK_TIMEOUT: return 'no SUBACK came in time';
        case reasons.UNSUBACK_TIMEOUT: return 'no UNSUBACK came in time';
        case reasons.PINGRESP_TIMEOUT: return 'no PINGRESP came in time';
        case reasons.NAME_TIMEOUT: return 'no name server answered in time';
        case reasons.NETWORK_TIMEOUT: return 'the network could not be joined in time';
        case reasons.MALFORMED_PACKET: return 'the peer sent a malformed packet';
        case reasons.UNEXPECTED_PACKET: return 'the peer answered what was not asked';
        case reasons.UNSUPPORTED_QOS: return 'the peer used a QoS that was not asked for';
        case reasons.PACKET_TOO_LARGE: return 'a packet does not fit the receive buffer';
        case reasons.ACKNOWLEDGEMENTS_BLOCKED: return 'more messages came than could be acknowledged: they come again';
        case reasons.TRANSPORT_FAULT: return 'the transport lost bytes';
        case reasons.MODEM_SILENT: return 'the modem does not answer';
        case reasons.WRONG_MODEM: return 'the modem is not of this dialect';
        case reasons.SIM_MISSING: return 'there is no SIM that works';
        case reasons.SIM_LOCKED: return 'the SIM wants a PIN or a PUK';
        case reasons.REGISTRATION_DENIED: return 'the network refuses the SIM';
        case reasons.NO_COVERAGE: return 'no network was found in time';
        case reasons.BEARER_FAILED: return 'the network gave no address';
        case reasons.MODEM_RESTARTED: return 'the modem has started anew';
        default: return 'reason ' + reason;
    }
}

/** Why a message or subscription was not taken; a number that has no text gives 'refusal N'. */
export function refusalText(refusal: number): string {
    switch (refusal) {
        case refusals.BUFFER_FULL: return 'the send buffer is full at present';
        case refusals.TOO_LARGE: return 'the packet is larger than the send buffer';
        default: return 'refusal ' + refusal;
    }
}

/** The name of a state. */
export function stateText(state: number): string {
    switch (state) {
        case states.STOPPED: return 'stopped';
        case states.WAITING: return 'waiting';
        case states.OPENING: return 'opening';
        case states.CONNECTING: return 'connecting';
        case states.CONNECTED: return 'connected';
        case states.STOPPING: return 'stopping';
        default: return 'state ' + state;
    }
}
