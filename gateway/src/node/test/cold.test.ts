import { expect, test, vi } from 'vitest';
import { keyFact, METER, request } from '../../core/test/sample.ts';
import { subscribe, useMeters } from './meters.ts';

// The first request after a start, while core has not said a word.

const meters = useMeters();
const CUSTOMER = `cus_${'cold'.padStart(24, '0')}`;
const SLOW_MS = 2_500;

test('a gateway that begins waits for the first word of a slow core', async () => {
  await subscribe(meters.sql, CUSTOMER, { meter: METER, limit: 100 });
  meters.core.delayMs = SLOW_MS;
  const before = meters.core.syncs;
  const gateway = meters.open();
  const asked = gateway.tills.admit(request({ fact: keyFact({ id: CUSTOMER }) }));
  await vi.waitUntil(() => meters.core.syncs > before, { timeout: 30_000, interval: 5 });
  // The word is on its way; what is asked after it is answered soon.
  meters.core.delayMs = 0;
  const from = performance.now();
  expect(await asked).toMatchObject({ kind: 'admitted' });
  expect(performance.now() - from).toBeGreaterThan(SLOW_MS / 2);
});

test('one that finds no core decides without it after a second', async () => {
  meters.core.weather = () => 'refused';
  const gateway = meters.open();
  const from = performance.now();
  const fact = keyFact({ id: 'cus_alone', quotas: [] });
  expect(await gateway.tills.admit(request({ fact }))).toMatchObject({ kind: 'admitted' });
  expect(performance.now() - from).toBeLessThan(4_000);
});

test('a customer who is new to a gateway waits for a slow core, too', async () => {
  const [known, fresh] = ['known', 'fresh'].map((name) => `cus_${name.padStart(24, '0')}`);
  for (const id of [known, fresh]) await subscribe(meters.sql, id!, { meter: METER, limit: 10 });
  const gateway = meters.open();
  const ask = async (id: string) => gateway.tills.admit(request({ fact: keyFact({ id }) }));
  expect(await ask(known!)).toMatchObject({ kind: 'admitted' });
  meters.core.delayMs = 2_000;
  expect(await ask(fresh!)).toMatchObject({ kind: 'admitted' });
  meters.core.delayMs = 0;
});
