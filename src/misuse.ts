// The one way in which motemq refuses wrong arguments: an exception at the call that carries them.

/** Throws a RangeError: which rule is broken, and by which value. `rule` is a sentence, or a statement's number in builds without texts. */
export function misuse(rule: string, value: unknown): never {
    throw new RangeError('motemq: ' + rule + ': ' + value);
}
