// `embedded:io/digital` of the virtual board: an output, whose level is traced.
class Digital {
    static readonly Output = 8;
    private readonly pin: number;

    constructor(options: { pin: number; mode: number }) {
        if (options.mode !== Digital.Output) throw new Error('unimplemented here: inputs');
        this.pin = options.pin;
    }

    write(level: number): void {
        trace(`pin ${this.pin} ${level}\n`);
    }

    close(): void {
        // A pin that is let go of keeps its level here.
    }
}

export default Digital;
