import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RateShare } from '../../contract/sync.ts';
import { RateShares, SHARE_HELD_MS, SHARE_TTL_MS, type RateLimit } from '../rate-shares.ts';

const CUSTOMER = 'cus_1';
const START = 1_000_000_000;
/** When this core took over: long enough ago for every bucket to be full. */
const LONG_AGO = START - 1_000_000_000;

/** A till as gateways have it: a bucket that lives on its share. */
class Till {
  readonly name: string;
  rate = 0;
  burst = 0;
  tokens = 0;
  at = START;
  message = 0;
  renewedAt = -Infinity;

  constructor(name: string) {
    this.name = name;
  }

  advance(now: number): void {
    if (now - this.renewedAt >= SHARE_TTL_MS) this.rate = this.burst = this.tokens = 0;
    this.tokens = Math.min(this.burst, this.tokens + ((now - this.at) / 1_000) * this.rate);
    this.at = now;
  }

  spend(want: number): number {
    const spent = Math.min(want, Math.floor(this.tokens));
    this.tokens -= spent;
    return spent;
  }

  take(share: RateShare | undefined, sentAt: number): number {
    if (!share) return 0;
    this.rate = share.rate;
    this.burst = share.burst;
    if (share.central) return share.tokens;
    this.tokens = Math.min(this.tokens + share.tokens, this.burst);
    this.renewedAt = sentAt;
    return 0;
  }
}

type World = { shares: RateShares; limit: RateLimit; now: number };

/** One report and, unless the network loses it, its answer. Gives tokens spent from core. */
function exchange(world: World, till: Till, of: { demand: number; lost: boolean; take: number }) {
  till.message += 1;
  const { rate, burst, message } = till;
  const { demand, take } = of;
  const report = { customer: CUSTOMER, demand, rate, burst, take, limit: world.limit };
  const from = { boot: till.name, message };
  const [share] = world.shares.report(from, [report], world.now);
  return of.lost ? 0 : till.take(share, world.now);
}

const step = fc.record({
  till: fc.nat({ max: 3 }),
  wait: fc.nat({ max: 2_000 }),
  demand: fc.nat({ max: 300 }),
  spend: fc.nat({ max: 60 }),
  lost: fc.boolean(),
  ends: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
});

test('whatever is lost or ends, no window of time admits more than rate x time + burst', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 120 }),
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      (steps, rate, burst) => {
        const limit = { rate, burst };
        const shares = new RateShares(LONG_AGO);
        shares.open(START);
        const world: World = { shares, limit, now: START };
        const tills = ['a', 'b', 'c', 'd'].map((name) => new Till(name));
        const admitted: { at: number; tokens: number }[] = [];
        for (const { till: at, wait, demand, spend, lost, ends } of steps) {
          world.now += wait;
          for (const till of tills) till.advance(world.now);
          if (ends) {
            const { name } = tills[at] as Till;
            shares.end(name, world.now);
            tills[at] = new Till(`${name}'`);
            (tills[at] as Till).at = world.now;
          }
          const till = tills[at] as Till;
          const central = exchange(world, till, { demand, lost, take: spend });
          admitted.push({ at: world.now, tokens: central + till.spend(spend) });
        }
        admitted.forEach((from, first) => {
          let total = 0;
          for (const { at, tokens } of admitted.slice(first)) {
            total += tokens;
            expect(total).toBeLessThanOrEqual(((at - from.at) / 1_000) * rate + burst + 1e-6);
          }
        });
      },
    ),
    { numRuns: 300 },
  );
});

/** Offers loads a second to each till, in steps of 20 ms; gives what was admitted a second. */
function run(world: World, tills: Till[], loads: number[], seconds: number): number {
  let admitted = 0;
  const due = loads.map(() => 0);
  for (let tick = 0; tick < seconds * 50; tick++) {
    world.now += 20;
    tills.forEach((till, at) => {
      till.advance(world.now);
      const load = loads[at] ?? 0;
      due[at] = (due[at] ?? 0) + load / 50;
      const want = Math.floor(due[at] ?? 0);
      due[at] = (due[at] ?? 0) - want;
      admitted += till.spend(want);
      if ((tick + at * 5) % 20 === 0) {
        admitted += exchange(world, till, { demand: load, lost: false, take: load });
      }
    });
  }
  return admitted / seconds;
}

function four(limit: RateLimit): { world: World; tills: Till[] } {
  const shares = new RateShares(LONG_AGO);
  shares.open(START);
  const tills = ['a', 'b', 'c', 'd'].map((name) => new Till(name));
  return { world: { shares, limit, now: START }, tills };
}

test('200/s over four tills is used to 90 % when balanced, to 80 % 3 s after it moves', () => {
  const { world, tills } = four({ rate: 200, burst: 40 });
  run(world, tills, [65, 65, 65, 65], 3);
  expect(run(world, tills, [65, 65, 65, 65], 10)).toBeGreaterThanOrEqual(180);
  run(world, tills, [260, 0, 0, 0], 3);
  expect(run(world, tills, [260, 0, 0, 0], 10)).toBeGreaterThanOrEqual(160);
});

test('a limit of 1/s over four tills holds and is usable', () => {
  const { world, tills } = four({ rate: 1, burst: 1 });
  run(world, tills, [1, 1, 1, 1], 3);
  const used = run(world, tills, [1, 1, 1, 1], 60);
  expect(used).toBeLessThanOrEqual(1 + 1 / 60);
  expect(used).toBeGreaterThanOrEqual(0.8);
});

test('one till alone has all of a limit, its burst at once', () => {
  const { world } = four({ rate: 2, burst: 10 });
  const till = new Till('alone');
  exchange(world, till, { demand: 1, lost: false, take: 1 });
  expect(till).toMatchObject({ rate: 2, burst: 10, tokens: 10 });
});

test('a core that took over raises nothing before all have said what they hold', () => {
  const shares = new RateShares(START);
  const world: World = { shares, limit: { rate: 100, burst: 50 }, now: START };
  const old = new Till('old');
  Object.assign(old, { rate: 60, burst: 30, tokens: 3, renewedAt: START });
  const other = new Till('other');
  exchange(world, other, { demand: 500, lost: false, take: 1 });
  expect(other).toMatchObject({ rate: 0, burst: 0, tokens: 0 });
  exchange(world, old, { demand: 10, lost: false, take: 0 });
  expect(old.rate).toBeLessThanOrEqual(60);
  world.now = START + SHARE_HELD_MS;
  exchange(world, other, { demand: 500, lost: false, take: 1 });
  expect(other.rate).toBeGreaterThan(50);
});

test('a till that went on alone comes back to what the others leave it', () => {
  const { world } = four({ rate: 10, burst: 10 });
  const [first, alone] = [new Till('first'), new Till('alone')];
  exchange(world, first, { demand: 20, lost: false, take: 1 });
  expect(first.rate).toBe(10);
  Object.assign(alone, { rate: 10, burst: 10 });
  exchange(world, alone, { demand: 20, lost: false, take: 0 });
  expect(first.rate + alone.rate).toBeLessThanOrEqual(10);
});

test('a repeated or older message changes nothing', () => {
  const { world } = four({ rate: 100, burst: 50 });
  const till = new Till('a');
  exchange(world, till, { demand: 10, lost: false, take: 0 });
  const report = { customer: CUSTOMER, demand: 0, rate: 0, burst: 0, take: 0, limit: world.limit };
  expect(world.shares.report({ boot: 'a', message: 1 }, [report], world.now)).toEqual([]);
  const other = new Till('b');
  exchange(world, other, { demand: 10, lost: false, take: 0 });
  expect(other.rate).toBe(0);
});

test('a core that just took over counts all tokens as spent: no burst comes twice', () => {
  const shares = new RateShares(START);
  shares.open(START);
  const world: World = { shares, limit: { rate: 10, burst: 20 }, now: START + 500 };
  const till = new Till('a');
  exchange(world, till, { demand: 5, lost: false, take: 1 });
  expect(till).toMatchObject({ rate: 10, burst: 20, tokens: 5 });
});

test('no token is earned while it is not known what others hold: they may earn the same', () => {
  const shares = new RateShares(START);
  const world: World = { shares, limit: { rate: 100, burst: 50 }, now: START };
  const [fresh, old] = [new Till('fresh'), new Till('old')];
  Object.assign(old, { rate: 60, burst: 30, tokens: 30, renewedAt: START });
  exchange(world, fresh, { demand: 500, lost: false, take: 1 });
  world.now += 1_000;
  exchange(world, old, { demand: 60, lost: false, take: 0 });
  shares.open(world.now);
  exchange(world, fresh, { demand: 500, lost: false, take: 1 });
  expect(fresh).toMatchObject({ rate: 40, burst: 20, tokens: 0 });
});

test('what a till may have spent until it ended is not earned a second time', () => {
  const { world } = four({ rate: 3, burst: 10 });
  const [old, fresh] = [new Till('old'), new Till('fresh')];
  exchange(world, old, { demand: 5, lost: false, take: 1 });
  expect(old.tokens).toBe(10);
  world.now += 10_000;
  world.shares.end('old', world.now);
  exchange(world, fresh, { demand: 5, lost: false, take: 1 });
  expect(fresh).toMatchObject({ rate: 3, burst: 10, tokens: 0 });
});
