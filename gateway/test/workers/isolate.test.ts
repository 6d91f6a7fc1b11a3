import { afterEach, expect, test, vi } from 'vitest';
import { OK, request } from '../../src/core/test/sample.ts';
import type { Admission, Hold, Tills } from '../../src/ports.ts';
import { CoreClock } from '../../src/workers/clock.ts';
import type { Report, ReportAnswer } from '../../src/workers/report.ts';

// What an isolate asks of a till object; the platform is played.

const SOON = { timeout: 5_000, interval: 20 };
type Tilling = Tills & { settle(hold: Hold, settlement: typeof OK): Promise<void> | undefined };

const { platform } = vi.hoisted(() => ({
  platform: { reports: [] as Report[], lends: 0, behind: [] as Promise<unknown>[] },
}));
vi.mock('cloudflare:workers', () => {
  const report = (said: Report): Promise<ReportAnswer> => {
    platform.reports.push(said);
    return Promise.resolve(answerTo(said));
  };
  const waitUntil = (work: Promise<unknown>): void => void platform.behind.push(work);
  return { env: { TILLS: { getByName: () => ({ report }) } }, waitUntil };
});
vi.stubGlobal('scheduler', {
  wait: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
});
afterEach(() => Promise.all(platform.behind.splice(0)));

/** The object lends so many units with each question. */
function answerTo({ asks }: Report): ReportAnswer {
  const grants = asks.map(({ window, generation, held }) => ({
    window,
    generation,
    granted: held + platform.lends,
    limit: 1_000,
    unlent: 500,
    exhausted: false,
    retry_in_ms: null,
  }));
  return { now: Date.now(), asOf: '1', away: false, heard: true, grants, rate: null };
}

// Not by its name: it is of the platform's types, which these tests have not.
const MODULE: string = '../../src/workers/isolate.ts';

async function open(): Promise<Tilling> {
  const { Isolate } = (await import(MODULE)) as { Isolate: new (of: object) => Tilling };
  return new Isolate({
    clock: new CoreClock(),
    strict: false,
    objectOf: () => 'till',
    mayAsk: () => true,
    checkpointMs: 10_000,
    fresh: () => undefined,
  });
}

function holdOf(answer: Admission): Hold {
  if (answer.kind !== 'admitted') throw new Error(answer.refusal.reason);
  return answer.hold;
}

test('a warm request makes no hop: its record leaves behind it, with others', async () => {
  platform.lends = 100;
  const isolate = await open();
  const asked = request();
  const cold = isolate.admit(asked);
  expect(cold).toBeInstanceOf(Promise);
  const first = holdOf(await cold);
  const asks = platform.reports.length;
  const holds = Array.from({ length: 40 }, () => holdOf(isolate.admit(asked) as Admission));
  for (const hold of [first, ...holds]) expect(isolate.settle(hold, OK)).toBeUndefined();
  expect(platform.reports).toHaveLength(asks);
  await vi.waitUntil(() => platform.reports.length > asks, SOON);
  const records = platform.reports.slice(asks).flatMap(({ parcels }) => parcels);
  expect(records.flatMap((parcel) => parcel.records)).toHaveLength(41);
});
