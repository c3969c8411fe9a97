// The dialect of u-blox, as a classic script: what require('motemq-ublox') returns on Espruino.
import { ublox } from '../../../targets/modem/dialects/ublox.ts';

exports.ublox = ublox;
