// What people see of a client on Node: its numbers. A client holds its options, and so user name and password, and the send
// buffer, in which CONNECT lies with both. `console.log(client)`, or of a message, which leads to its client, must not print
// them, nor may JSON. It knows how Node prints objects, nothing of MQTT.
import { inspect } from 'node:util';

/** Counters, states and times of `object`. No number of a client is a secret. */
function numbersOf(object: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(object).filter(([, value]) => typeof value === 'number' || typeof value === 'boolean'));
}

/** Makes `util.inspect` (and with it `console.log`) and `JSON.stringify` show nothing of `object` but its numbers. */
export function showNumbersOnly(object: object): void {
    Object.defineProperty(object, inspect.custom, {
        value: (_depth: number, options: object) => `${object.constructor.name} ${inspect(numbersOf(object), options)}`,
    });
    Object.defineProperty(object, 'toJSON', { value: () => numbersOf(object) });
}
