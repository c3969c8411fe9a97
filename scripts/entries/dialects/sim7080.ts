// The dialect of SIM7080, as a classic script: what require('motemq-sim7080') returns on Espruino.
import { sim7080 } from '../../../targets/modem/dialects/sim7080.ts';

exports.sim7080 = sim7080;
