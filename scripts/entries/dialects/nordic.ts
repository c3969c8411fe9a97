// The dialect of Nordic's Serial Modem, as a classic script: what require('motemq-nordic') returns on Espruino.
import { nordic } from '../../../targets/modem/dialects/nordic.ts';

exports.nordic = nordic;
