// The TAP runtime of boards that `motemq test` drives, by itself: measured, and held to the dialect.
import { Tap } from '../../hardware-tests/suites/tap.ts';

exports.Tap = Tap;
