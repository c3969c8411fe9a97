// The mutants that no test can kill, because the program that they are does the same: each with the reason. `npm run mutate` fails
// on a survivor that is not here, and names what is here and does not survive.

/** A mutant, told by what it changes and not by where, so that it is found again when lines move. */
export interface Mutation {
    readonly file: string;
    /** The line on which it begins, without indentation. */
    readonly line: string;
    readonly original: string;
    readonly replacement: string;
}

export interface Survivor extends Mutation {
    readonly why: string;
}

export const survivors: readonly Survivor[] = [
    {
        file: 'src/codec/decoder.ts',
        line: 'if (first !== this.first || first === CONNACK) {',
        original: 'first !== this.first || first === CONNACK', replacement: 'true',
        why: 'Asking again whether a first byte is accepted that was accepted just now gives the same answer; not asking saves a call for most packets.',
    },
    {
        file: 'src/codec/decoder.ts',
        line: 'if ((first === CONNACK) !== (this.first < 0)) return false;',
        original: 'this.first < 0', replacement: 'this.first <= 0',
        why: '`first` is -1 or a first byte that was accepted, which is 0x20 at least.',
    },
    {
        file: 'src/codec/decoder.ts',
        line: 'const skipped = end - start < this.remaining ? end - start : this.remaining;',
        original: 'end - start < this.remaining', replacement: 'end - start <= this.remaining',
        why: 'Of two equal numbers either is the smaller one.',
    },
    {
        file: 'src/codec/message-decoder.ts',
        line: 'while (index > 0) {',
        original: 'index > 0', replacement: 'index >= 0',
        why: 'The step too many compares the lower length bytes of two topics that are equally long.',
    },
    {
        file: 'src/codec/message-decoder.ts',
        line: 'if (end - start > remaining - collected) end = start + remaining - collected;',
        original: 'end - start > remaining - collected', replacement: 'end - start >= remaining - collected',
        why: 'With equality `end` is set to what it is.',
    },
    {
        file: 'src/codec/message-decoder.ts',
        line: 'if (end - start > remaining) end = start + remaining;',
        original: 'end - start > remaining', replacement: 'end - start >= remaining',
        why: 'With equality `end` is set to what it is.',
    },
    {
        file: 'src/codec/message-decoder.ts',
        line: 'if (collected <= this.holder.length) this.holder[collected - 1] = byte;',
        original: 'collected <= this.holder.length', replacement: 'true',
        why: 'Writing behind a typed array does nothing since ES2021; older engines throw.',
    },
    {
        file: 'src/codec/publish.ts',
        line: 'let at = offset + (remainingLength < 128 ? 2 : fixedHeaderSize(remainingLength));',
        original: 'remainingLength < 128', replacement: 'false',
        why: 'fixedHeaderSize gives 2 as well: the call is saved for short packets.',
    },
    {
        file: 'src/codec/publish.ts',
        line: 'if (payloadAt >= offset && payloadAt + size <= limit) {',
        original: 'payloadAt >= offset && payloadAt + size <= limit', replacement: 'false',
        why: 'The loops below copy the same bytes, more slowly; the native copy may only write more into free room.',
    },
    {
        file: 'src/codec/publish.ts',
        line: 'if (payloadAt >= offset && payloadAt + size <= limit) {',
        original: 'payloadAt >= offset', replacement: 'payloadAt > offset',
        why: 'The loops below copy the same bytes, more slowly.',
    },
    {
        file: 'src/codec/publish.ts',
        line: 'if (payloadAt >= offset && payloadAt + size <= limit) {',
        original: 'payloadAt + size <= limit', replacement: 'payloadAt + size < limit',
        why: 'The loops below copy the same bytes, more slowly.',
    },
    {
        file: 'src/codec/publish.ts',
        line: '} else if (payloadAt > 0) {',
        original: 'payloadAt > 0', replacement: 'payloadAt >= 0',
        why: 'At 0 each byte of a message in `bytes` itself goes where it is.',
    },
    {
        file: 'src/codec/publish.ts',
        line: 'for (let index = end; index-- > start;) bytes[payloadAt + index] = payload[index];',
        original: 'index-- > start', replacement: 'index-- >= start',
        why: 'The byte before the message belongs to the topic or packet identifier, which are written afterwards.',
    },
    {
        file: 'src/codec/publish.ts',
        line: 'if (remainingLength < 128) {',
        original: 'remainingLength < 128', replacement: 'false',
        why: 'writeFixedHeader writes the same two bytes: the call is saved for short packets.',
    },
    {
        file: 'src/codec/text.ts',
        line: 'if (lead > 0x2b && lead < 0x80) continue;',
        original: 'lead > 0x2b && lead < 0x80', replacement: 'false',
        why: 'The next condition lets the same bytes pass: this one is the short way for nearly all.',
    },
    {
        file: 'src/codec/topic.ts',
        line: 'for (let at = 2; at < end; at++) {',
        original: 'at < end', replacement: 'at <= end',
        why: 'Behind the filter there is no byte, so neither + nor #.',
    },
    {
        file: 'src/codec/topic.ts',
        line: 'if (start < end && byte === topic[start]) {',
        original: 'start < end', replacement: 'start <= end',
        why: 'Past the end the filter can only match with a #, whose slash it then has taken: and with /# it matches there anyway.',
    },
];
