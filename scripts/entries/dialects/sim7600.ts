// The dialect of SIM7600, as a classic script: what require('motemq-sim7600') returns on Espruino.
import { sim7600 } from '../../../targets/modem/dialects/sim7600.ts';

exports.sim7600 = sim7600;
