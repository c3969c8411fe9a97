// What the simulated application throws in its callbacks, to be told from what the client itself might throw.

export class ApplicationError extends Error {}
