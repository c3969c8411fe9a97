// The dialect of Quectel, as a classic script: what require('motemq-quectel') returns on Espruino.
import { quectel } from '../../../targets/modem/dialects/quectel.ts';

exports.quectel = quectel;
