/** The port that `npm start` gives the local Stripe; 0 asks for a free one. */
export function portOf(env: Record<string, string | undefined>): number {
  const said = env['STRIPE_SIM_PORT'] ?? '4005';
  const port = /^\d{1,5}$/.test(said) ? Number(said) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw new Error(`STRIPE_SIM_PORT is no port: ${said}`);
}

export interface Settings {
  port: number;
  /** Of ids and faults; a new one for each run, unless it is set. */
  seed: string | undefined;
  /** The file that objects are kept in, so that a restart goes on with them; none, unless set. */
  state: string | undefined;
  /** Where it listens. */
  host: string | undefined;
  /** Hosts beside loopback that it delivers to, and that it is reached by. */
  names: string[];
}

export const settingsOfProcess = (): Settings => ({
  port: portOf(process.env),
  seed: process.env['STRIPE_SIM_SEED'],
  state: process.env['STRIPE_SIM_STATE'],
  host: process.env['STRIPE_SIM_HOST'],
  names: (process.env['STRIPE_SIM_NAMES'] ?? '').split(',').filter((name) => name !== ''),
});
