// The dialect of SIM800, as a classic script: what require('motemq-sim800') returns on Espruino.
import { sim800 } from '../../../targets/modem/dialects/sim800.ts';

exports.sim800 = sim800;
