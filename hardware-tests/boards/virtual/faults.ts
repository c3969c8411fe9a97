// What a virtual board does wrong while tests run on it, by name, to see how the bench takes it. Data only.

export const faults = {
    astray: 'publishes beside the topics that it was told, so that tests fail',
    hanging: 'hangs in the second test that it is given',
    panicking: 'crashes and restarts in the second test that it is given',
    collapsing: 'crashes and restarts as soon as it has reported the second test that it is given',
    brownout: 'loses its supply voltage in the second test that it is given, once',
    unplugged: 'is unplugged while it is flashed',
    vanishing: 'is unplugged in the second test that it is given',
    silent: 'says nothing at all',
    stale: 'runs another program than the one in its flash',
    corrupt: 'has a flash that spoils what is written, after it was compared',
    garbled: 'prints at another speed than the bench listens',
} as const;

export type Fault = keyof typeof faults;
