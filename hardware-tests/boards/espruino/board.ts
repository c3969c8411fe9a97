// A board with Espruino as a test sees it: files in its Storage, expressions that it evaluates, lines that it prints.
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Machine } from './machine.ts';
import type { Engine } from './machine.ts';

export interface EspruinoBoard {
    /** All lines that it has printed so far. */
    readonly lines: readonly string[];
    /** The value of an expression as it prints it. Rejects, with what it printed instead, if that throws. */
    evaluate(expression: string): Promise<string>;
    /** What its flash holds now, for another board. */
    flash(): Buffer;
    /** Ends it at once; safe at any moment, twice too. */
    stop(): Promise<void>;
}

/**
 * Its program: evaluates lines that come over a socket. Not over its console: the input thread of Espruino's Linux port and its main loop share a queue
 * without a lock, so that now and then a character is lost, or the process ends with "ASSERT(len <= 64)"; and some 6 kB a second pass there.
 */
const program = (port: number): string => `
var host=require("net").connect({host:"127.0.0.1",port:${port}},function(){
  var rest="";
  host.on("data",function(text){
    var at;
    rest+=text;
    while((at=rest.indexOf("\\n"))>=0){var line=rest.substr(0,at);rest=rest.substr(at+1);eval(line);}
  });
});
`;

/** Boots a board whose flash holds `flash`. */
export async function bootEspruino(engine: Engine, flash?: Buffer, onLine: (line: string) => void = () => {}): Promise<EspruinoBoard> {
    const server = createServer({ noDelay: true });
    const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const machine = new Machine(await engine.command(), flash, program((server.address() as AddressInfo).port), onLine);
    const socket = await connected;
    socket.on('error', () => {});
    server.close();
    return {
        lines: machine.lines,
        evaluate: (expression) => machine.evaluate(expression, (line) => socket.write(line)),
        flash: () => machine.flash(),
        async stop() {
            socket.destroy();
            await machine.stop();
        },
    };
}
