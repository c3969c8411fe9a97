// The packages that only the bench needs. They are no dependencies of the library: who uses `motemq` installs them beside it.
import { BenchError } from './errors.ts';

/** What boards need, by package. Versions are those that the wrappers were written against. */
export const boardPackages = { 'serialport': 'serialport@13', 'esptool-js': 'esptool-js@0.7.0', 'yaml': 'yaml@2', 'cli-progress': 'cli-progress@3' } as const;
/** What `motemq trace` and `motemq energy` need. */
export const tracePackages = { 'mqtt-packet': 'mqtt-packet@9', 'aedes': 'aedes@1' } as const;

/** The command that installs `packages`. */
export const install = (packages: readonly string[]): string => `npm install --save-dev ${packages.join(' ')}`;

/** What `load` imports. Refuses, with the command that installs it, where the package is missing. */
export async function need<T>(name: keyof typeof boardPackages | keyof typeof tracePackages, load: () => Promise<T>): Promise<T> {
    try {
        return await load();
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
        throw new BenchError(`the package ${name} is missing (${message.split('\n')[0]})`, install(Object.values(name in boardPackages ? boardPackages : tracePackages)));
    }
}
