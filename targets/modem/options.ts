// What a ModemTransport is made from.
import type { SerialPort } from '../../src/serial.ts';
import type { Platform } from '../../src/transport.ts';
import type { Dialect } from './dialect.ts';
import type { PowerSaving, SlowPaging } from './power-saving.ts';

/** TLS in the modem. The files lie in the modem's own file system, under these names; on a Nordic modem `ca` is the number of the security tag that holds all of them. */
export interface ModemTls {
    /** The certificate of the CA that the broker's must be signed by. */
    readonly ca?: string;
    /** Our certificate and its key, both of them, if the broker asks for one. */
    readonly certificate?: string;
    readonly key?: string;
    /** Without `ca`: any broker is believed to be ours. Only for trying things out. */
    readonly acceptAnyCertificate?: true;
}

export interface ModemOptions {
    readonly serial: SerialPort;
    /** Clock and wake of the transport alone: not the one of the client, which has one wake pending itself. */
    readonly platform: Platform;
    readonly dialect: Dialect;
    /** Name or address of the broker. */
    readonly host: string;
    /** 1 to 65535. 1883 if left out, 8883 with `tls`. */
    readonly port?: number;
    /** The modem's own TLS; plain TCP if left out. */
    readonly tls?: ModemTls;
    /** Access point name of the network operator; of a WiFi modem the network's name. */
    readonly apn?: string;
    readonly user?: string;
    /** Of the APN; of a WiFi modem that of the network. */
    readonly password?: string;
    /**
     * Of the SIM, 4 to 8 digits. A transport tries it once, and again after a restart of the modem if it was right: a wrong one three times would lock
     * the card. With fewer tries left than the card begins with it is not tried, so that a board that starts anew spends no more: README.md says of which modems.
     */
    readonly pin?: string;
    /** Bits a second. 115,200 if left out. */
    readonly baud?: number;
    /** Speeds to try when the modem does not answer at `baud`. */
    readonly otherBauds?: readonly number[];
    /** Presses the modem's power key, or lets go of it. It is pressed for 1.2 s when the modem stays silent, or to restart it. */
    readonly powerKey?: (pressed: boolean) => void;
    /** Bytes taken and not yet sent, at most. 512 if left out. */
    readonly sendSize?: number;
    /**
     * Bytes that one read asks for, at most. 256 if left out. Without RTS and CTS it is the only thing that keeps the modem from
     * sending more than the port can hold: 64 on Moddable's ESP32, whose port holds 128.
     */
    readonly readSize?: number;
    /**
     * False: a modem whose answer to a send has no count (Quectel, SIM7080) is not asked how many bytes it has sent before more are. For a firmware that
     * means something else by its number: each connection would end at the second send, with TRANSPORT_FAULT.
     */
    readonly countSent?: boolean;
    /** The longest line of the modem, and command to it, that matters. 192 if left out. */
    readonly lineSize?: number;
    /** False: networks other than the SIM's own are not used, and finding none but them is no coverage. */
    readonly roaming?: boolean;
    /** Asks the network for power saving mode. `powerDown` then leaves the modem to it instead of turning it off; the power key wakes it. */
    readonly powerSaving?: PowerSaving;
    /** Asks the network for extended discontinuous reception. */
    readonly slowPaging?: SlowPaging;
    /** Longest time to find the network, in ms: 1 to 1,073,741,823. 180,000 if left out. */
    readonly registrationTimeout?: number;
}
