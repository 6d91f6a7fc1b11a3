import { expect, test } from 'vitest';
import { keyFact, request } from '../../core/test/sample.ts';
import { useMeters } from './meters.ts';

const meters = useMeters();

test('a window that core does not know is not asked for as often as core can answer', async () => {
  const gateway = meters.open();
  await gateway.clock.learnt;
  const before = meters.core.syncs;
  // No customer has a name like this one's.
  const answer = await gateway.tills.admit(request({ fact: keyFact({ id: 'cus_unheard_of' }) }));
  expect(answer).toMatchObject({ kind: 'refused', refusal: { reason: 'quota_exceeded' } });
  expect(meters.core.syncs - before).toBeLessThan(20);
});
