// A constant that every build sets (scripts/constants.mjs): `false` leaves the texts for people out of a bundle.
// Write `MOTEMQ_TEXTS ? 'keepAlive must be 0..65535' : ''`: the minifier then drops the text itself.
declare const MOTEMQ_TEXTS: boolean;
