/** Time is an argument everywhere else: this file and the entries are where it comes from. */
export type Clock = () => number;

/** Milliseconds since the epoch. */
export const systemClock: Clock = () => Date.now();

/** Milliseconds that no correction of the time of day makes longer or shorter. */
export const monotonicClock: Clock = () => performance.now();

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
