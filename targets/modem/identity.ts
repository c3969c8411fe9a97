// What a modem calls itself, and whether that is one of a dialect's models.

export class Identity {
    recognised = false;
    private readonly bytes = new Uint8Array(32);
    private end = 0;

    /** It will be asked again. What it has said stays until it answers. */
    forget(): void {
        this.recognised = false;
    }

    /** line[0..end) is part of the answer. The line that names one of the models in the list at `place` of `book` is kept, or else the last one. */
    hear(line: Uint8Array, end: number, book: Uint8Array, place: number): void {
        if (this.recognised) return;
        for (let model = place; book[model] && !this.recognised; model += book[model] + 1) {
            for (let at = 0; at + book[model] <= end && !this.recognised; at++) {
                let same = 0;
                while (same < book[model] && book[model + 1 + same] === line[at + same]) same++;
                this.recognised = same === book[model];
            }
        }
        this.end = end < this.bytes.length ? end : this.bytes.length;
        for (let index = 0; index < this.end; index++) this.bytes[index] = line[index];
    }

    text(): string {
        let text = '';
        for (let index = 0; index < this.end; index++) text += String.fromCharCode(this.bytes[index]);
        return text;
    }
}
