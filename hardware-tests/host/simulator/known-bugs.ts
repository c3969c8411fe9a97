// Bugs that the simulator must find: each a small change of one source, put in while the client is bundled.

export interface KnownBug {
    readonly name: string;
    /** Path in the project. */
    readonly file: string;
    /** A text that the file has exactly once, and what stands there with the bug. */
    readonly from: string;
    readonly to: string;
}

const link = 'src/session/link.ts';
const buffer = 'src/session/send-buffer.ts';
const client = 'src/session/client.ts';

export const knownBugs: readonly KnownBug[] = [
    { name: 'acknowledgement before the packet has left', file: buffer, from: 'this.locate(type, packetIdentifier, this.position)', to: 'this.locate(type, packetIdentifier, this.tail)' },
    { name: 'acknowledgement matched without its type', file: buffer, from: '(!type || (memory[at] >> 4) + 1 === type >> 4)', to: 'true' },
    { name: 'identifier given out while in use', file: 'src/session/publisher.ts', from: 'this.issued >= 65535 && this.send.holds(this.identifier)', to: 'false' },
    { name: 'resend within a connection', file: link, from: 'this.disconnect(first === SUBSCRIBE ?', to: 'if (first === 0x32) this.send.rewind(DUP, true); else this.disconnect(first === SUBSCRIBE ?' },
    { name: 'keep-alive counted from the last bytes received', file: link, from: '        const fault = this.decoder.decode(bytes, start, end);', to: '        const fault = this.decoder.decode(bytes, start, end);\n        if (this.state === CONNECTED) this.deadline = this.moment + this.pingAfter;' },
    { name: 'forgotten flush', file: link, from: '            this.stream.flush();\n            if (this.state === CONNECTED', to: '            if (this.state === CONNECTED' },
    { name: 'no DUP on a resend', file: link, from: 'options.cleanSession ? 0 : DUP', to: '0' },
    { name: 'DUP on what was never sent', file: buffer, from: 'if (at < this.position && memory[at]', to: 'if (memory[at]' },
    { name: 'QoS 0 sent again after a cut', file: buffer, from: 'end <= this.position && !refused', to: 'end < 0 && !refused' },
    { name: 'QoS 0 lost with a refused CONNECT', file: buffer, from: 'end <= this.position && !refused', to: 'end <= this.position' },
    { name: 'wake forgotten after a wake', file: link, from: '        this.wakeAt = now - NEVER;', to: '' },
    { name: 'PUBACK behind DISCONNECT', file: client, from: '            if (this.state !== CONNECTED) return 0;', to: '' },
    { name: 'window without limit', file: buffer, from: 'this.unacknowledged > this.places', to: 'this.unacknowledged > 65535' },
    { name: 'packets decoded after stop', file: link, from: '            this.decoder.halt();\n            this.requestTurn();', to: '            this.requestTurn();' },
    { name: 'subscriptions not renewed after a lost session', file: client, from: '!sessionPresent || each.granted === REFUSED', to: 'each.granted === REFUSED' },
    { name: 'haste not remembered', file: link, from: 'this.hesitant = true;', to: 'this.hesitant = false;' },
    { name: 'PUBACK timer not restarted', file: buffer, from: 'if (at === this.head || this.unacknowledged === 0) this.timed = false;', to: '' },
    { name: 'PUBACK timed while the transport takes nothing', file: buffer, from: 'if (this.timed && taken && this.position < this.after(this.head)) this.timed = false;', to: '' },
    { name: 'bytes counted that the transport did not take', file: buffer, from: 'this.position += taken;', to: 'this.position += taken || 1;' },
];
