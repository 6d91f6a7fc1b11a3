/** Time is an argument everywhere else: this file and the entries are where it comes from. */
export type Clock = () => number;

/** Milliseconds since the epoch. */
export const systemClock: Clock = () => Date.now();

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
