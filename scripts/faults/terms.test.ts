import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Served } from './checker/logs.ts';
import { GOOD, type Load } from './rig/load.ts';
import type { Customer } from './rig/market.ts';
import { Rig } from './rig/rig.ts';
import { Trial } from './rig/trial.ts';
import { patience, report, sized } from './size.ts';

// What customers may do changes while they ask four gateways without a pause.

vi.setConfig({ testTimeout: patience() });

const GATEWAYS = 4;
const ROUNDS = sized(1, 10);
const LIMIT = sized(60, 400);
/** More than is asked for in the time in which a downgrade bites: what is used beyond it counts. */
const LEFT = sized(700, 1_200);
/** The promise, at full size; at guard size the machine may be busy with other tests. */
const BITES_MS = sized(5_000, 1_000);

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ gateways: GATEWAYS });
});
afterAll(() => rig.close());

type Asking = { trial: Trial; customer: Customer; load: Load };

async function begin(terms: Parameters<Trial['customer']>[0]): Promise<Asking> {
  const trial = await Trial.begin(rig);
  const customer = await trial.customer(terms);
  const load = await trial.load({ perSecond: 100, clients: 200, answers: GOOD, bytesMax: 100 });
  return { trial, customer, load };
}

const refusedMore = (load: Load, more: number): Promise<void> => {
  const to = load.counts.refused + more;
  return load.until(({ refused }) => refused >= to);
};

/** Does it at once, and notes when it began and when billing-core had answered. */
async function change(work: () => Promise<void>): Promise<{ from: number; until: number }> {
  const from = Date.now();
  await work();
  return { from, until: Date.now() };
}

const ok = (served: readonly Served[]): Served[] => served.filter(({ status }) => status === 200);
const worst = (times: readonly number[]): number => Math.max(0, ...times);

/** How long after a moment each gateway first served again, in ms. */
function firstServedAfter({ trial }: Asking, from: number): number[] {
  return rig.gateways.map(({ at }) => {
    const those = trial.asked.filter((each) => each.gateway === at && each.served);
    return Math.min(...those.filter(({ done }) => done > from).map(({ done }) => done)) - from;
  });
}

test('a refused request consumes nothing, of the quota nor of the rate', async () => {
  const asking = await begin({ quota: { limit: LIMIT }, rate: { perSecond: 30, burst: 20 } });
  const { trial, load } = asking;
  await load.until(({ served }) => served === LIMIT);
  await refusedMore(load, 100);
  const { findings, figures } = await trial.verdict();
  expect(findings).toEqual([]);
  expect(figures).toMatchObject({ recorded: LIMIT, served: LIMIT });
  // On a busy machine units may come too late for the first who ask.
  const reasons = Object.keys(figures.reasons).filter((code) => code !== 'quota_unverifiable');
  expect(reasons.toSorted()).toEqual(['quota_exceeded', 'rate_limited']);
  report(`${figures.refused} refused for the rate or the quota, all ${LIMIT} units served`);
});

test('an upgrade in the middle of a window unlocks within a second', async () => {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const asking = await begin({ quota: { limit: LIMIT } });
    const { trial, customer, load } = asking;
    await load.until(({ served }) => served === LIMIT);
    await refusedMore(load, 100);
    const more = await rig.market.planFor({ quota: { limit: 100 * LIMIT } });
    const { until } = await change(() => rig.market.move(customer, more));
    await load.more(LIMIT);
    const { findings } = await trial.verdict();
    expect(findings).toEqual([]);
    took.push(...firstServedAfter(asking, until));
  }
  const half = took.toSorted((a, b) => a - b)[took.length / 2];
  report(
    `at each of ${GATEWAYS} gateways, ${ROUNDS} times: half of them within ${half} ms, ` +
      `all within ${worst(took)} ms`,
  );
  expect(worst(took)).toBeLessThanOrEqual(BITES_MS);
});

test('a downgrade to what is left is used to the last unit, and holds', async () => {
  const { trial, customer, load } = await begin({ quota: { limit: 100 * LEFT } });
  await load.more(20);
  const less = await rig.market.planFor({ quota: { limit: LEFT } });
  await rig.market.move(customer, less);
  await load.until(({ served }) => served === LEFT);
  await refusedMore(load, 100);
  const { findings, figures } = await trial.verdict();
  expect(findings).toEqual([]);
  expect(ok(trial.served)).toHaveLength(LEFT);
  report(`${figures.served} served of ${LEFT}, then ${figures.refused} refused`);
});

test('a downgrade below what is used ends it within a second, and holds', async () => {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { trial, customer, load } = await begin({ quota: { limit: 100 * LIMIT } });
    const less = await rig.market.planFor({ quota: { limit: 1 } });
    await load.more(LIMIT);
    const { until } = await change(() => rig.market.move(customer, less));
    await refusedMore(load, 200);
    await trial.stopLoads();
    took.push(worst(trial.served.map(({ at }) => at)) - until);
  }
  report(`${ROUNDS} times: nothing served later than ${worst(took)} ms after it`);
  expect(worst(took)).toBeLessThanOrEqual(BITES_MS);
});

/** How many more of these times there are than a bucket of this limit had let through. */
function beyond(times: readonly number[], limit: { perSecond: number; burst: number }): number {
  let [tokens, lowest] = [limit.burst, limit.burst];
  let last = times[0] ?? 0;
  for (const at of times.toSorted((a, b) => a - b)) {
    tokens = Math.min(limit.burst, tokens + ((at - last) / 1_000) * limit.perSecond) - 1;
    lowest = Math.min(lowest, tokens);
    last = at;
  }
  return Math.max(0, -lowest);
}

test('a lower rate limit holds within a second, also where little of it was used', async () => {
  const left: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const trial = await Trial.begin(rig);
    const customer = await trial.customer({ rate: { perSecond: 200, burst: 40 } });
    const load = await trial.load({ perSecond: 40, clients: 200, answers: GOOD });
    await load.more(LIMIT);
    const rate = { perSecond: 5, burst: 5 };
    const less = await rig.market.planFor({ rate });
    const { until } = await change(() => rig.market.move(customer, less));
    await refusedMore(load, (BITES_MS / 1_000 + 2) * 30);
    await trial.stopLoads();
    const late = ok(trial.served).filter(({ at }) => at > until + BITES_MS);
    left.push(
      beyond(
        late.map(({ at }) => at),
        rate,
      ),
    );
  }
  report(`${ROUNDS} times 200/s to 5/s at 40/s offered: ${worst(left)} beyond it a second later`);
  // The moment that the upstream noted is a little later than that of the admission.
  expect(worst(left)).toBeLessThanOrEqual(2);
});

test('a revoked key is refused at every gateway within a second', async () => {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { trial, customer, load } = await begin({});
    const [revoked] = customer.keys;
    await load.more(LIMIT);
    const { until } = await change(() => rig.market.revoke(revoked!));
    await refusedMore(load, 100);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    expect(Object.keys(figures.reasons)).toEqual(['key_revoked']);
    const late = trial.served.filter(({ key }) => key === revoked!.id).map(({ at }) => at - until);
    took.push(worst(late));
  }
  report(`${ROUNDS} times: the last request of the key passed ${worst(took)} ms after it`);
  expect(worst(took)).toBeLessThanOrEqual(BITES_MS);
});

test('who does not pay is refused within a second, and served within one of paying', async () => {
  const [blocked, paid]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const asking = await begin({});
    const { trial, customer, load } = asking;
    await load.more(LIMIT);
    const invoice = await rig.market.bill(customer);
    const step = await change(() => rig.market.dun(invoice));
    await refusedMore(load, 100);
    const payment = await change(() => rig.market.pay(invoice));
    await load.more(LIMIT);
    const { findings, figures } = await trial.verdict();
    expect(findings).toEqual([]);
    expect(Object.keys(figures.reasons)).toEqual(['subscription_missing']);
    const between = ok(trial.served).filter(({ at }) => at < payment.from);
    blocked.push(worst(between.map(({ at }) => at)) - step.until);
    paid.push(...firstServedAfter(asking, payment.until));
  }
  const [late, soon] = [worst(blocked), worst(paid)];
  report(`${ROUNDS} times: served ${late} ms after the step, again ${soon} ms after payment`);
  expect(late).toBeLessThanOrEqual(BITES_MS);
  expect(soon).toBeLessThanOrEqual(BITES_MS);
});

describe('without the changes feed', () => {
  let trial: Trial;
  let customer: Customer;
  let load: Load;
  beforeAll(async () => {
    const broken = await rig.addGateway({ without: 'the changes feed' });
    await broken.part.start();
    trial = await Trial.begin(rig);
    customer = await trial.customer({ quota: { limit: LIMIT } });
    const weights = rig.gateways.map(({ at }) => Number(at === broken.at));
    load = await trial.load({ perSecond: 100, clients: 200, weights, answers: GOOD });
  }, patience());

  test('an upgrade is seen to unlock nothing', async () => {
    await load.until(({ served }) => served === LIMIT);
    await refusedMore(load, 50);
    const more = await rig.market.planFor({ quota: { limit: 100 * LIMIT } });
    await rig.market.move(customer, more);
    await refusedMore(load, 150);
    expect(load.counts.served).toBe(LIMIT);
  });

  test('a revoked key is seen to be served for longer', async () => {
    const other = await trial.customer({});
    const keys = [other.keys[0]!];
    const weights = rig.gateways.map((_, at) => Number(at === rig.gateways.length - 1));
    const more = await trial.load({ keys, perSecond: 100, clients: 200, weights, answers: GOOD });
    await more.more(20);
    const { until } = await change(() => rig.market.revoke(keys[0]!));
    await more.more(150);
    await trial.stopLoads();
    const late = trial.served.filter(({ key }) => key === keys[0]!.id).map(({ at }) => at - until);
    expect(worst(late)).toBeGreaterThan(1_000);
  });
});
