// What boards and radios take, with where each figure comes from. Data: nothing here is computed but units. A figure that others have
// published was measured on their board in their network; what nobody has published is an assumption, and says so.
import type { Unit } from './units.ts';

export interface Figure {
    readonly value: number;
    readonly unit: Unit;
    readonly meaning: string;
    /** Who says so: a title that can be looked up. Null: an assumption. */
    readonly source: string | null;
    /** Given on the command line. */
    readonly given?: true;
}

export type LinkName = 'wifi' | 'lte-m' | 'nb-iot';

const experiments = 'glenn20/upy-esp32-experiments, ESPNowvsWifiEnergyUsage/README.md: ESP32 with MicroPython';
const modem = 'Nordic Semiconductor, nRF9160 Product Specification, Modem current consumption, band 20, at 3.7 V';
const module = 'Espressif, ESP-WROOM-32 datasheet, table 5: Power Consumption by Power Modes';
const fosse = 'Fosse, master\'s thesis, NTNU 2020, appendix (RRC inactivity)';
const handshake = 'esp8266/Arduino pull request 5160 (BearSSL, HTTPS GET in a LAN): an ESP8266 at 80 MHz; an ESP32 takes less';
/** Volts: figures published as energy become charge. */
const BATTERY = 3.7;

const figure = (value: number, unit: Unit, meaning: string, source: string | null): Figure => ({ value, unit, meaning, source });

/** The same whatever the link: board, TLS, battery. */
const common = {
    'boot.time': figure(0.07, 's', 'from reset to the program', `${experiments}, fast boot alone 70 ms, 3.3 mC`),
    'boot.charge': figure(3.3, 'mC', 'its charge', `${experiments}, fast boot alone 70 ms, 3.3 mC`),
    'work.time': figure(0.04, 's', 'of the board while it connects and publishes, waiting aside', `${experiments}, MQTT publish in a LAN beyond WiFi: 40 ms, 8.4 mC`),
    'tls.full.time': figure(1.564, 's', 'computing of a full handshake', `${handshake}; ECDSA 1,564 ms`),
    'tls.resumed.time': figure(0.386, 's', 'computing of a resumed handshake', `${handshake}; resumed 386 ms`),
    'tls.full.bytes': figure(1920, 'B', 'handshake, TLS 1.2 with P-256, the server\'s chain of 2', 'OpenSSL 3.0.19, measured between two memory buffers'),
    'tls.resumed.bytes': figure(553, 'B', 'handshake, TLS 1.2, by ticket', 'OpenSSL 3.0.19, measured between two memory buffers'),
    'tls.record.bytes': figure(29, 'B', 'added to each write, TLS 1.2 with AES-GCM', 'RFC 5288: header 5, nonce 8, tag 16'),
    'battery.usable': figure(100, '%', 'of the capacity before the board stops', null),
    'battery.selfDischarge': figure(2, '%', 'of what is left, lost in 30.44 days (Li-ion: 1 to 3 % are named)', null),
} as const;

const links = {
    'wifi': {
        'association.time': figure(0.664, 's', 'scan, authentication, association', `${experiments}, WiFi with a static address 734 ms, 100 mC, less the boot`),
        'association.charge': figure(96.7, 'mC', 'its charge', `${experiments}, WiFi with a static address 734 ms, 100 mC, less the boot`),
        'address.time': figure(0.892, 's', 'DHCP', `${experiments}, WiFi with DHCP 1,626 ms, 204 mC, less the same with a static address`),
        'address.charge': figure(104, 'mC', 'its charge', `${experiments}, WiFi with DHCP 1,626 ms, 204 mC, less the same with a static address`),
        'rtt': figure(0.05, 's', 'round trip to the broker', null),
        'rate': figure(1000, 'kbit/s', 'of the data', null),
        'active.current': figure(129, 'mA', 'connected, no power saving: board and radio', 'tobymurray/esp32-mqtt-sntp README, ESP32: 129 mA on average'),
        'work.charge': figure(8.4, 'mC', 'of the board while it connects and publishes, waiting aside', `${experiments}, MQTT publish in a LAN beyond WiFi: 40 ms, 8.4 mC`),
        'tail.time': figure(0.02, 's', 'until DISCONNECT has left and the radio is off', null),
        'tail.charge': figure(2.6, 'mC', 'its charge, at 129 mA', null),
        'sleep.current': figure(0.01, 'mA', 'deep sleep with the RTC timer, a regulator\'s own current not included', 'Espressif, ESP32 datasheet, Power Consumption by Power Modes: 10 µA'),
    },
    'lte-m': {
        'association.time': figure(1.5, 's', 'modem from PSM to a connection with the network', `${modem}: PSM TAU event, Cat-M1, 1.5 s, 105 mJ`),
        'association.charge': figure(105 / BATTERY + 1.5 * 20, 'mC', 'its charge, the board waiting at 20 mA', `${modem}: PSM TAU event, Cat-M1, 1.5 s, 105 mJ; board: ${module}, radio off`),
        'address.time': figure(0, 's', 'PSM keeps the address', 'Quectel, BG95 hardware design; u-blox, SARA-R4/R5 integration manuals'),
        'address.charge': figure(0, 'mC', 'its charge', 'Quectel, BG95 hardware design; u-blox, SARA-R4/R5 integration manuals'),
        'rtt': figure(0.1, 's', 'round trip to the broker', null),
        'rate': figure(180, 'kbit/s', 'of the data', `${modem}: uplink 180 kbit/s`),
        'active.current': figure(50 + 20, 'mA', 'modem at 10 dBm and the board waiting at 20 mA', `${modem}: Cat-M1, 10 dBm, 50 mA; board: ${module}, radio off`),
        'work.charge': figure(0.04 * 20, 'mC', 'of the board while it connects and publishes, at 20 mA', `${module}, radio off`),
        'tail.time': figure(10.24, 's', 'until the network lets the modem go; the board sleeps', `${fosse}: LTE-M 10.24 s, 367 mJ`),
        'tail.charge': figure(367 / BATTERY, 'mC', 'its charge', `${fosse}: LTE-M 10.24 s, 367 mJ`),
        'sleep.current': figure(0.01 + 0.0027, 'mA', 'board in deep sleep 10 µA, modem in PSM 2.7 µA', `Espressif, ESP32 datasheet; ${modem}: PSM floor current`),
    },
    'nb-iot': {
        'association.time': figure(2.7, 's', 'modem from PSM to a connection with the network', `${modem}: PSM TAU event, Cat-NB1, 2.7 s`),
        'association.charge': figure(198 / BATTERY + 2.7 * 20, 'mC', 'its charge, the board waiting at 20 mA', `boaks/zephyr-coaps-client, POWERCONSUMPTION.md: nRF9160, waking from PSM 0.055 mWh, 8 s of active time included; board: ${module}, radio off`),
        'address.time': figure(0, 's', 'PSM keeps the address', 'Quectel, BG95 hardware design; u-blox, SARA-R4/R5 integration manuals'),
        'address.charge': figure(0, 'mC', 'its charge', 'Quectel, BG95 hardware design; u-blox, SARA-R4/R5 integration manuals'),
        'rtt': figure(0.837, 's', 'round trip to the broker', 'Ugwuanyi, Paul, Irvine: Survey of IoT for Developing Countries, Electronics 10 (2021) 2224: 837 ms measured'),
        'rate': figure(20, 'kbit/s', 'of the data', null),
        'active.current': figure(45 + 20, 'mA', 'modem at 10 dBm and the board waiting at 20 mA', `${modem}: Cat-NB1, 10 dBm, 45 mA; board: ${module}, radio off`),
        'work.charge': figure(0.04 * 20, 'mC', 'of the board while it connects and publishes, at 20 mA', `${module}, radio off`),
        'tail.time': figure(20.48, 's', 'until the network lets the modem go; the board sleeps', `${fosse}: NB-IoT 20.48 s, 103 mJ`),
        'tail.charge': figure(103 / BATTERY, 'mC', 'its charge', `${fosse}: NB-IoT 20.48 s, 103 mJ`),
        'sleep.current': figure(0.01 + 0.0027, 'mA', 'board in deep sleep 10 µA, modem in PSM 2.7 µA', `Espressif, ESP32 datasheet; ${modem}: PSM floor current`),
    },
} as const satisfies Readonly<Record<LinkName, Readonly<Record<string, Figure>>>>;

export type FigureName = keyof typeof common | keyof (typeof links)['wifi'];
export type Figures = Readonly<Record<FigureName, Figure>>;

/** What a node of each kind is: an ESP32 alone, or with an nRF9160 as its modem. */
export const linkTitles: Readonly<Record<LinkName, string>> = { 'wifi': 'ESP32 on WiFi', 'lte-m': 'ESP32 with an LTE-M modem (nRF9160)', 'nb-iot': 'ESP32 with an NB-IoT modem (nRF9160)' };

export function figuresFor(link: LinkName): Figures {
    return { ...common, ...links[link] };
}
