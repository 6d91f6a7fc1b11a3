import { expect, test, vi } from 'vitest';
import type { LiveBoot } from '../desk-books.ts';
import { RateDesk, type DeskQuestion } from '../rate-desk.ts';

// A desk that has just begun, and what it takes for the word of every till.

const CUSTOMER = 'cus_1';
const LIMIT = { rate: 100, burst: 50 };
const NUMBER = 7;

/** With `read` to hold its questions up while they read which boots are live. */
function deskBefore(live: LiveBoot[], read?: () => Promise<void>): RateDesk {
  const limits = async () => new Map([[CUSTOMER, LIMIT]]);
  const liveBoots = async (): Promise<LiveBoot[]> => {
    await read?.();
    return live;
  };
  const books = { limits, liveBoots };
  return new RateDesk({ number: NUMBER, books, clock: () => 1_000_000 });
}

const bootOf = (boot: string, message: number): LiveBoot => ({
  spool: `gw_${boot}/sp_${boot}`,
  boot,
  message,
});

type Said = Partial<DeskQuestion> & { holds?: { rate: number; burst: number } };

/** The rate that this till is given. */
async function rateOf(desk: RateDesk, boot: string, { holds, ...said }: Said): Promise<number> {
  const { shares } = await desk.ask({
    ...{ gateway: `gw_${boot}`, boot, fingerprint: `sp_${boot}`, own: true, over: false },
    ...{ message: 1, desk: null },
    rates: [{ customer: CUSTOMER, demand: 50, take: 0, ...(holds ?? { rate: 0, burst: 0 }) }],
    ...said,
  });
  return shares[0]?.rate ?? 0;
}

test('it raises nothing before every live till has said that this is all', async () => {
  const desk = deskBefore([bootOf('a', 1), bootOf('b', 9)]);
  expect(await rateOf(desk, 'a', {})).toBe(0);
  const holds = { rate: 40, burst: 20 };
  expect(await rateOf(desk, 'b', { message: 10, holds })).toBe(40);
  expect(await rateOf(desk, 'a', { message: 2, desk: NUMBER })).toBe(0);
  await rateOf(desk, 'b', { message: 11, desk: NUMBER, holds });
  expect(await rateOf(desk, 'a', { message: 3, desk: NUMBER })).toBeGreaterThan(0);
});

test('tills of whom nothing but their first message is known hold nothing', async () => {
  const desk = deskBefore([bootOf('a', 1)]);
  expect(await rateOf(desk, 'a', {})).toBe(LIMIT.rate);
});

test('a first message that a core was late to pass on says nothing of what is held', async () => {
  const desk = deskBefore([bootOf('a', 1), bootOf('b', 9)]);
  expect(await rateOf(desk, 'a', {})).toBe(0);
  // It holds a share of the desk before by now, and has told this one nothing.
  expect(await rateOf(desk, 'b', {})).toBe(0);
  expect(await rateOf(desk, 'a', { message: 2, desk: NUMBER })).toBe(0);
});

test('it opens for nobody before it has taken in what the last till said', async () => {
  const reading: (() => void)[] = [];
  const read = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    reading.push(resolve);
    return promise;
  };
  const desk = deskBefore([bootOf('a', 8), bootOf('b', 9)], read);
  const holds = { rate: 40, burst: 20 };
  const first = rateOf(desk, 'a', { message: 9, desk: NUMBER });
  const last = rateOf(desk, 'b', { message: 10, desk: NUMBER, holds });
  await vi.waitUntil(() => reading.length === 2);
  // The question of till a goes on while that of till b still reads.
  reading[0]?.();
  const raised = await first;
  reading[1]?.();
  expect(raised + Math.max(holds.rate, await last)).toBeLessThanOrEqual(LIMIT.rate);
});
