/** Simulated time. Seconds since 1970, as in all of Stripe's timestamps. */
export interface Clock {
  now(): number;
  /** Forward only: an earlier time is no move. */
  moveTo(time: number): void;
  /** What the machine says, for what a receiver compares with its own clock. */
  wall(): number;
}

const wall = (): number => Math.floor(Date.now() / 1000);

/** A clock that stands still until it is moved. */
export function standingClock(start: number): Clock {
  let time = start;
  return {
    now: () => time,
    moveTo: (to) => {
      time = Math.max(time, to);
    },
    wall,
  };
}

/** A clock that goes with the machine's, ahead of it by what it was moved. */
export function runningClock(): Clock {
  let ahead = 0;
  const now = (): number => wall() + ahead;
  return {
    now,
    moveTo: (to) => {
      ahead += Math.max(0, to - now());
    },
    wall,
  };
}
