import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Finding, Verdict } from './checker/verdict.ts';
import { Rig } from './rig/rig.ts';
import { needs } from './rig/tools.ts';
import { type Judging, Trial } from './rig/trial.ts';
import { WrongClock } from './rig/wrong-clock.ts';
import { isFull, patience, report, sized } from './size.ts';

// Wall clocks that are wrong and jump, forwards and back, under load.

vi.setConfig({ testTimeout: patience() });

const ROUNDS = sized(1, 10);
const BETWEEN = sized(100, 1_000);
/** Far below what a gateway waits for changes, which would tell it that its facts are good. */
const PAUSE_MAX_MS = 10_000;
const JUMPS_S = [3_600, -3_600, 86_400, 0];

let rig: Rig;
beforeAll(async () => {
  rig = await Rig.open({ gateways: 0 });
});
afterAll(() => rig.close());

/** A trial with a load, while this clock jumps. */
async function jumping(clock: WrongClock, at: number): Promise<Trial> {
  const trial = await Trial.begin(rig);
  // Of a window that no jump turns: one ahead of core's clock is closed until that is there.
  await trial.customer({ quota: { limit: 1_000_000, window: 'billing_period' } });
  const weights = rig.gateways.map((gateway) => Number(gateway.at === at));
  const load = await trial.load({ weights });
  for (let round = 0; round < ROUNDS; round++) {
    for (const seconds of JUMPS_S) {
      await load.more(BETWEEN);
      clock.jump(seconds);
    }
  }
  await load.more(BETWEEN);
  return trial;
}

/** The longest time in which no request was served, in ms. */
function longestPause({ asked }: Trial): number {
  const served = asked.filter((each) => each.served).map(({ done }) => done);
  const times = served.toSorted((a, b) => a - b);
  return Math.max(...times.map((time, at) => time - (times[at - 1] ?? time)));
}

/** Has the books judged once they have all that arrived; by no clock, for that is wrong here. */
async function judged(trial: Trial, judging: Judging = {}): Promise<Verdict> {
  await trial.stopLoads();
  const judge = async (): Promise<Verdict | undefined> => {
    const verdict = await trial.judge(judging);
    const isRolled = verdict.findings.every(({ kind }) => kind !== 'rollup differs');
    return verdict.figures.recorded >= verdict.figures.complete && isRolled ? verdict : undefined;
  };
  return vi.waitUntil(judge, { timeout: 60_000, interval: 100 });
}

test("a gateway's clock that is wrong, and jumps, moves no usage to another minute", async (it) => {
  needs(it, 'faketime');
  const clock = new WrongClock(-3_600);
  const gateway = await rig.addGateway({ wrap: clock.wrap });
  await gateway.part.start();
  const trial = await jumping(clock, gateway.at);
  const { findings, figures } = await judged(trial);
  await gateway.part.end('SIGTERM');
  expect(findings).toEqual([]);
  expect(figures.recorded).toBe(figures.complete);
  // Facts seem old for a moment, until billing-core has been asked again.
  expect(Object.keys(figures.reasons).filter((reason) => reason !== 'not_ready')).toEqual([]);
  expect(longestPause(trial)).toBeLessThan(PAUSE_MAX_MS);
  report(
    `${ROUNDS * JUMPS_S.length} jumps; ${figures.complete} whole, ${figures.recorded} recorded`,
  );
});

test('without the time of billing-core it is seen to', async (it) => {
  needs(it, 'faketime');
  const { wrap } = new WrongClock(-3_600);
  const gateway = await rig.addGateway({ wrap, without: 'the time of billing-core' });
  await gateway.part.start();
  const trial = await Trial.begin(rig);
  await trial.customer();
  const weights = rig.gateways.map(({ at }) => Number(at === gateway.at));
  await (await trial.load({ weights })).more(BETWEEN);
  const { findings } = await judged(trial);
  await gateway.part.end('SIGTERM');
  expect(findings.map(({ kind }) => kind)).toContain('wrong minute');
  // It is told of, too, as of before its customer was there; the next test is not about that.
  const unbilled = await rig.sql`delete from usage_gaps
    where gateway_id = ${gateway.id} and reason like 'unbilled_entries%' returning reason`;
  expect(unbilled.length).toBeGreaterThan(0);
});

/** Waits until no live boot is ahead of the right time; gives how long that took, in ms. */
async function isBack(): Promise<number> {
  const from = performance.now();
  const live = async (): Promise<boolean> => {
    const boots = await rig.sql<{ ahead: boolean }[]>`
      select watermark > extract(epoch from clock_timestamp()) * 1000 + 10000 as ahead
        from boots where state = 'live' and watermark > 0`;
    return boots.length > 0 && boots.every(({ ahead }) => !ahead);
  };
  await vi.waitUntil(live, { timeout: 60_000, interval: 50 });
  return Math.round(performance.now() - from);
}

test("billing-core's clock that jumps neither loses nor doubles", async (it) => {
  needs(it, 'faketime');
  const clock = new WrongClock();
  const gateway = await rig.addGateway();
  await gateway.part.start();
  await rig.replaceCore({ wrap: clock.wrap });
  const trial = await jumping(clock, gateway.at);
  const { findings, figures } = await judged(trial, { clockFaked: true });
  // What is dated ahead of the clock that went back is counted now, and said to be.
  const isDating = ({ detail }: Finding): boolean => detail.startsWith('gap: misdated_entries');
  expect(findings.filter((finding) => !isDating(finding))).toEqual([]);
  expect(figures.recorded).toBe(figures.complete);
  const backMs = isFull() ? await isBack() : undefined;
  const back = backMs === undefined ? '' : `; the gateway is back in its time after ${backMs} ms`;
  const { complete, recorded } = figures;
  report(`${ROUNDS * JUMPS_S.length} jumps; ${complete} whole, ${recorded} recorded${back}`);
});
