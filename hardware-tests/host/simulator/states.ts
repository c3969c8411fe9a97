// The states that a client can be met in, as seen from outside, and those that it cannot be in, with the reason. Reaching one of
// these is a violation.
import { CONNECTED, CONNECTING, OPENING, STOPPED, STOPPING, WAITING } from '../../../src/index.ts';

export const STATE_NAMES: Record<number, string> = { [STOPPED]: 'stopped', [WAITING]: 'waiting', [OPENING]: 'opening', [CONNECTING]: 'connecting', [CONNECTED]: 'connected', [STOPPING]: 'stopping' };
/** The most advanced of what applies to the send buffer: a packet that is partly handed over, a publish that was refused … */
export const BUFFER_NAMES = ['empty', 'queued', 'in flight', 'window full', 'in a packet', 'full'];
/** The same for the connection: the last write took all, or not; a PINGREQ has no answer. */
export const TRANSPORT_NAMES = ['takes all', 'is blocked', 'owes PINGRESP'];

export interface Impossible {
    readonly why: string;
    applies(state: string, buffer: string, transport: string): boolean;
}

const unconnected = (state: string): boolean => state === 'stopped' || state === 'waiting' || state === 'opening';

export const impossible: readonly Impossible[] = [
    {
        why: 'without a connection nothing is on its way, and nothing blocked or owed',
        applies: (state, buffer, transport) => unconnected(state) && (buffer === 'in flight' || buffer === 'window full' || buffer === 'in a packet' || transport !== 'takes all'),
    },
    {
        why: 'PINGREQ is sent when CONNACK has come',
        applies: (state, _, transport) => state === 'connecting' && transport === 'owes PINGRESP',
    },
    {
        why: 'the rest of a packet is written as soon as the transport takes bytes',
        applies: (_, buffer, transport) => buffer === 'in a packet' && transport === 'takes all',
    },
];
