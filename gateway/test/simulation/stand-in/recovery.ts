import type * as Real from '../../../../billing-core/src/usage/recovery.ts';

// usage/recovery.ts, as far as lending goes: no database goes back in the simulation.

export const mayLend: typeof Real.mayLend = async () => true;
