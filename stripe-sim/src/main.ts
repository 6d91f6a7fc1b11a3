// `npm run start:stripe`: the local Stripe, with a clock that goes with the machine's.
import { randomUUID } from 'node:crypto';
import { settingsOfProcess } from './config.ts';
import { openStateFile } from './control/state.ts';
import { createSim } from './sim.ts';
import { runningClock } from './world/clock.ts';

const TICK_MS = 1000;
/** A big state would be saved all the time: it rests so much longer than a save takes. */
const REST_OF_A_SAVE = 20;

const { port, seed, state, host, names } = settingsOfProcess();
// Ids of another run must not come again, unless that is asked for.
const sim = createSim({
  seed: seed ?? randomUUID(),
  clock: runningClock(),
  names,
  ...(host !== undefined && { host }),
});
const file = state === undefined ? undefined : openStateFile(sim.world, state);
const taken = await sim.listen(port);
let restsUntil = 0;
function saveInTurn(): void {
  const began = performance.now();
  if (began < restsUntil) return;
  file?.save();
  const ended = performance.now();
  restsUntil = ended + REST_OF_A_SAVE * (ended - began);
}
const ticking = setInterval(() => {
  sim.advance(0);
  saveInTurn();
}, TICK_MS);
process.stdout.write(`local Stripe on http://127.0.0.1:${taken}\n`);

let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  clearInterval(ticking);
  // Who listens for its end keeps the channel open, and the channel the process.
  if (process.connected) process.disconnect?.();
  void sim.close().then(() => file?.save());
};
// The last one: whoever started it as a part of its own is gone.
for (const event of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(event, stop);
