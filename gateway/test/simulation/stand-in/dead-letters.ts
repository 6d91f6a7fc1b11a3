import type * as Real from '../../../../billing-core/src/usage/dead-letters.ts';
import { bootName, type Tables } from '../tables.ts';
import { Broken } from '../world.ts';

// usage/dead-letters.ts over the tables in memory. No batch of a gateway is one that core cannot
// read, however damaged the disk is that it lay on: one that gets here is a finding.

export const insertDeadLetter: typeof Real.insertDeadLetter = async (_, key, { reason }) => {
  throw new Broken(`batch ${key.sequence} of ${bootName(key)} is a dead letter: ${reason}`);
};

export const isIncomplete: typeof Real.isIncomplete = async (tx, key) => {
  const gaps = [...(tx as unknown as Tables).gaps.values()];
  return gaps.some(
    ({ boot, reason }) =>
      boot === bootName(key) &&
      (reason.startsWith('lost_batches') || reason === 'unrecorded_requests'),
  );
};

const noAdmin = async (): Promise<never> => {
  throw new Broken('no admin resolves dead letters here');
};
export const lockLetter: typeof Real.lockLetter = noAdmin;
export const resolveLetter: typeof Real.resolveLetter = noAdmin;
