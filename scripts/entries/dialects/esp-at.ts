// The dialect of ESP-AT, as a classic script: what require('motemq-esp-at') returns on Espruino.
import { espAt } from '../../../targets/modem/dialects/esp-at.ts';

exports.espAt = espAt;
