// Files of the bench for people: YAML, checked where they are read. JSON is YAML, too.
import { readFileSync } from 'node:fs';
import { UsageError } from './errors.ts';
import { need } from './packages.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The object in the file at `path`; its values are texts, lists and objects. Refuses what cannot be read or is no object. */
export async function readYaml(path: string): Promise<Fields> {
    const { parse } = await need('yaml', () => import('yaml'));
    let value: unknown;
    try {
        // Every value as text: a sum of digits, or with one `e` among them, is not to become a number.
        value = parse(readFileSync(path, 'utf8'), { schema: 'failsafe' });
    } catch (error) {
        throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
    }
    return fields(value, path);
}

/** `value` as an object. `where` names it for people. */
export function fields(value: unknown, where: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`${where} should have named fields`);
    return value as Fields;
}

/** Refuses names that mean nothing: most are slips of the pen. */
export function onlyFields(value: Fields, known: readonly string[], where: string): void {
    const unknown = Object.keys(value).find(name => !known.includes(name));
    if (unknown !== undefined) throw new UsageError(`${where}: there is no field '${unknown}'; there are ${known.join(', ')}`);
}
