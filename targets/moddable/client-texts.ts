// Encoded topics by their texts: an application of ECMA-419's class hands over a text with each call, mostly one of a few.

/** XS's own. */
const decoder = String as unknown as { fromArrayBuffer(buffer: ArrayBuffer): string };

export class TextCache<Value> {
    private readonly size: number;
    private readonly make: (text: string) => Value;
    private readonly texts: string[] = [];
    private readonly values: Value[] = [];
    private next = 0;

    /** `size`: how many values are kept; 0: all. `make` may throw. */
    constructor(size: number, make: (text: string) => Value) {
        this.size = size;
        this.make = make;
    }

    /** The value for a text, or for its UTF-8 bytes as Moddable's client takes them too. */
    get(text: string | ArrayBuffer | undefined): Value {
        const wanted = text instanceof ArrayBuffer ? decoder.fromArrayBuffer(text) : text as string;
        for (let index = 0; index < this.texts.length; index++) {
            if (this.texts[index] === wanted) return this.values[index];
        }
        const value = this.make(wanted);
        this.texts[this.next] = wanted;
        this.values[this.next] = value;
        this.next++;
        if (this.next === this.size) this.next = 0;
        return value;
    }

    /** Forgets the value of a text. */
    remove(value: Value): void {
        const at = this.values.indexOf(value); // dialect-ok: few, and not Espruino's
        if (at < 0) return;
        const last = this.values.pop() as Value;
        const text = this.texts.pop() as string;
        if (at < this.values.length) {
            this.values[at] = last;
            this.texts[at] = text;
        }
        this.next = this.values.length;
    }
}
