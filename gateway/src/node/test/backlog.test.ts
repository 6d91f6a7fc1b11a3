import { describe, expect, test } from 'vitest';
import { Backlog } from '../backlog.ts';
import { serve, subscribe, useMeters } from './meters.ts';

describe('the age of a frame', () => {
  const opened = () => {
    const clock = { now: 0 };
    return { clock, backlog: new Backlog(() => clock.now) };
  };

  test('is known to a second, however many frames there are', () => {
    const { clock, backlog } = opened();
    for (let frame = 1; frame <= 5_000; frame++) {
      backlog.recorded(frame);
      clock.now += 2;
    }
    // Frame n was recorded 2 ms behind the one before it.
    for (const frame of [1, 600, 2_500, 4_999]) {
      const age = clock.now - (frame - 1) * 2;
      const told = backlog.ageOf(frame);
      expect(told).toBeGreaterThanOrEqual(age);
      expect(told).toBeLessThanOrEqual(age + 1_000);
    }
  });

  test('is never less than it is where moments had to go, as in days without core', () => {
    const { clock, backlog } = opened();
    for (let frame = 1; frame <= 200_000; frame++) {
      backlog.recorded(frame);
      clock.now += 1_000;
    }
    expect(backlog.ageOf(1)).toBe(200_000_000);
    const told = backlog.ageOf(150_000);
    expect(told).toBeGreaterThanOrEqual(clock.now - 149_999_000);
    expect(told).toBeLessThanOrEqual(clock.now - 149_999_000 + 600_000);
  });
});

describe('what core does not have', () => {
  const meters = useMeters();

  test('is told while core is away, and not any more when it has all', async () => {
    await subscribe(meters.sql, 'cus_backlog', { meter: 'mtr_backlog', limit: 10 });
    const metering = meters.open();
    await serve(metering, 'cus_backlog');
    await expect.poll(() => metering.metering.backlog.records, { timeout: 20_000 }).toBe(0);
    meters.core.weather = () => 'lost request';
    await serve(metering, 'cus_backlog');
    await serve(metering, 'cus_backlog');
    const { backlog } = metering.metering;
    expect(backlog.records).toBe(2);
    expect(backlog.bytes).toBeGreaterThan(0);
    await expect.poll(() => metering.metering.backlog.ageMs).toBeGreaterThan(20);
    meters.core.weather = () => 'fair';
    await expect
      .poll(() => metering.metering.backlog, { timeout: 20_000 })
      .toMatchObject({
        records: 0,
        ageMs: 0,
      });
  });
});
