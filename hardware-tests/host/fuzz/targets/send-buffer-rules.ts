// What must always hold of a client's send buffer, read from outside: its marks in order, and packets one behind the other.
import type { Client } from '../../../../src/index.ts';
import { require } from '../target.ts';

/** The fields of session/send-buffer.ts and session/link.ts that it looks at. */
interface Inside {
    readonly send: {
        readonly memory: Uint8Array;
        readonly base: number; readonly head: number; readonly position: number; readonly boundary: number; readonly tail: number; readonly limit: number;
        readonly unacknowledged: number;
    };
    readonly controlStart: number;
    readonly controlSent: number;
    readonly controlEnd: number;
}

/** Where the packet at `at` ends, by §2.2.3. */
function endOf(memory: Uint8Array, at: number): number {
    let length = 0;
    let place = at + 1;
    for (let weight = 1; ; weight *= 128) {
        length += (memory[place] & 127) * weight;
        if (memory[place++] < 128) return place + length;
    }
}

export function checkSendBuffer(client: Client): void {
    const { send, controlSent, controlEnd } = client as unknown as Inside;
    const { memory, base, head, position, boundary, tail, limit, unacknowledged } = send;
    const marks = [0, base, head, position, boundary, tail, limit, memory.length];
    require(marks.every((mark, index) => Number.isInteger(mark) && (index === 0 || mark >= marks[index - 1])), `marks of the send buffer out of order: ${marks.join()}`);
    require(controlSent >= 0 && controlSent <= controlEnd && controlEnd <= memory.length, `control packets at ${controlSent} to ${controlEnd}`);
    let identified = 0;
    let at = head;
    let boundaryMet = boundary === head;
    while (at < tail) {
        const first = memory[at];
        require([0x30, 0x32, 0x3a, 0x82, 0xa2].includes(first), `no packet of ours in the send buffer: ${first.toString(16)}`);
        if (first & 2) identified++;
        at = endOf(memory, at);
        if (at === boundary) boundaryMet = true;
    }
    require(at === tail && boundaryMet, 'packets do not lie one behind the other in the send buffer');
    require(identified === unacknowledged, `${unacknowledged} packets counted that wait for an answer, ${identified} do`);
}
