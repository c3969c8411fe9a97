// Programs of this machine that the bench calls.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that some commands call or that help beside them, and what for. None is needed by all. */
export const helpers: Readonly<Record<string, string>> = {
    tar: 'unpacks releases of Espruino for motemq flash', mosquitto: 'a second broker for motemq test', tshark: 'reads the captures of motemq trace, as Wireshark does',
    uhubctl: 'takes power away from boards at some USB hubs',
};

/** A program of that name is on the PATH. */
export function onPath(program: string): boolean {
    return (process.env['PATH'] ?? '').split(delimiter).some(folder => executable(join(folder, program)));
}

export function executable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
