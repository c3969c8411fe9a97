// The packages that only the bench needs. They are no dependencies of the library: who uses `motemq` installs them beside it.
import { BenchError } from './errors.ts';

/** Package, and what for. Versions are those that the wrappers were written against. */
export const benchPackages = {
    'serialport': 'serialport@13',
    'esptool-js': 'esptool-js@0.7.0',
    'yaml': 'yaml@2',
    'cli-progress': 'cli-progress@3',
    'mqtt-packet': 'mqtt-packet@9',
    'aedes': 'aedes@1',
} as const;

/** What `load` imports. Refuses, with the command that installs it, where the package is missing. */
export async function need<T>(name: keyof typeof benchPackages, load: () => Promise<T>): Promise<T> {
    try {
        return await load();
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
        throw new BenchError(`the package ${name} is missing (${message.split('\n')[0]})`, `npm install --save-dev ${Object.values(benchPackages).join(' ')}`);
    }
}
