import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { FAULTS, faultyStory, MAKING, SENDING, sentStory } from './story.ts';

// Each call that makes something at Stripe, and each way in which it can go wrong: one object. That
// core is killed meanwhile is in scripts/faults/stripe-killed.test.ts.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('matrix');
});
afterAll(() => rig.close());

describe.each(FAULTS)('%s', (fault) => {
  test.each(MAKING)('at %s', async (path) => {
    expect(await faultyStory(rig, fault, [path])).toEqual([]);
  });

  test(`at ${SENDING}`, async () => {
    expect(await sentStory(rig, fault)).toBe(1);
  });

  test('at all of them', async () => {
    expect(await faultyStory(rig, fault, MAKING)).toEqual([]);
  });
});
