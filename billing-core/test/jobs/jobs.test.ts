import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FailedJob } from '../../src/contract/job.ts';
import { openLog } from '../../src/kit/log.ts';
import { openSending, startJobs, type Job, type Jobs, type SendJob } from '../../src/kit/jobs.ts';
import { openCore, type Core } from '../../src/test/core.ts';

const QUICK = { timeout: 15_000, interval: 50 };
const log = openLog('test', 'silent');

let core: Core;
let send: SendJob;
let running: Jobs[];
/** What the jobs below do when they run; each test says it. */
let deeds: { once(n: number): Promise<void>; steps(): Promise<void> };
let runs: number;

const note: Job = {
  name: 'test.note',
  retries: 1,
  secondsMax: 60,
  inOne: async ({ tx, data }) => {
    runs += 1;
    await tx`insert into effects (what) values (${data['what'] ?? ''})`;
    await deeds.once(runs);
  },
};
const steps: Job = {
  name: 'test.steps',
  cron: '* * * * *',
  retries: 0,
  secondsMax: 60,
  inSteps: () => deeds.steps(),
};

beforeAll(async () => {
  core = await openCore();
  await core.sql`create table effects (what text)`;
  send = openSending(core.sql);
});
afterAll(() => core.close());
beforeEach(async () => {
  await core.sql`truncate effects`;
  await core.sql`delete from pgboss.job`;
  [running, runs] = [[], 0];
  deeds = { once: async () => {}, steps: async () => {} };
});
afterEach(() => Promise.all(running.map((one) => one.stop())));

async function work(...jobs: Job[]): Promise<void> {
  const kit = { sql: core.sql, log, clock: () => core.clock.now };
  const started = startJobs(kit, jobs, { retryFirstS: 0 });
  running.push(started);
  await started.begun;
}
const sent = (what: string) => core.sql.begin((tx) => send(tx, note.name, { what }));
const effects = async () =>
  (await core.sql<{ what: string }[]>`select what from effects`).map((row) => row.what);
const failed = async (): Promise<FailedJob[]> =>
  (await core.admin('GET', '/v1/failed-jobs')).body['data'] as unknown as FailedJob[];
const until = <T>(read: () => Promise<T>, same: T) =>
  vi.waitFor(async () => expect(await read()).toEqual(same), QUICK);

test('a job runs once, when the transaction that sent it has committed', async () => {
  await work(note);
  await core.sql
    .begin(async (tx) => {
      await send(tx, note.name, { what: 'never' });
      throw new Error('rolled back');
    })
    .catch(() => {});
  await sent('a');
  await until(effects, ['a']);
  expect(runs).toBe(1);
});

test('the same job is not sent twice while it waits, and again when it has run', async () => {
  await work(note, steps);
  await running.pop()?.stop();
  await sent('a');
  await sent('a');
  await work(note);
  await until(effects, ['a']);
  await until(
    async () => (await core.sql`select from pgboss.job where state = 'completed'`).count,
    1,
  );
  await sent('a');
  await until(effects, ['a', 'a']);
  expect(runs).toBe(2);
});

test('what a job wrote commits with its completion: a failed try leaves nothing', async () => {
  deeds.once = async (n) => {
    if (n === 1) throw new Error('not yet');
  };
  await work(note);
  await sent('a');
  await until(effects, ['a']);
  expect(runs).toBe(2);
});

describe('a job that fails after all its tries', () => {
  const broken = async () => {
    throw new Error('no such price');
  };
  const fail = async () => {
    deeds.once = broken;
    await work(note);
    await sent('a');
    await vi.waitFor(async () => expect(await failed()).toHaveLength(1), QUICK);
    return (await failed())[0] as FailedJob;
  };

  test('is shown to admins with its reason, until it is retried and done', async () => {
    const letter = await fail();
    expect(letter).toMatchObject({ name: note.name, data: { what: 'a' }, tries: 2 });
    expect(letter.reason).toBe('no such price');
    const kinds = (await core.admin('GET', '/v1/jobs')).body['data'] as unknown as object[];
    expect(kinds).toContainEqual(expect.objectContaining({ name: note.name, failed: 1 }));
    expect(await effects()).toEqual([]);

    deeds.once = async () => {};
    const path = `/v1/failed-jobs/${letter.id}`;
    expect((await core.admin('POST', `${path}/retry`)).body).toMatchObject({ decision: 'retried' });
    await until(effects, ['a']);
    expect(await failed()).toEqual([]);
    expect((await core.admin('POST', `${path}/retry`)).status).toBe(404);
    const trail = await core.admin('GET', `/v1/audit?subject_id=${letter.id}`);
    expect(trail.body['data'][0]).toMatchObject({ action: 'job.retry' });
  });

  test('can be discarded', async () => {
    const letter = await fail();
    const path = `/v1/failed-jobs/${letter.id}/discard`;
    expect((await core.admin('POST', path)).body).toMatchObject({ decision: 'discarded' });
    expect(await failed()).toEqual([]);
    expect(await effects()).toEqual([]);
  });

  test('cannot be retried beside the same one that waits already', async () => {
    const letter = await fail();
    await running.pop()?.stop();
    await sent('a');
    const again = await core.admin('POST', `/v1/failed-jobs/${letter.id}/retry`);
    expect(again.body).toMatchObject({ status: 409, code: 'state_conflict' });
    expect(await failed()).toHaveLength(1);
  });
});

test('two cores work on one queue, and a scheduled job is scheduled once', async () => {
  await work(note, steps);
  await work(note, steps);
  await Promise.all(Array.from({ length: 6 }, (_, i) => sent(String(i))));
  await until(async () => (await effects()).length, 6);
  expect(new Set(await effects()).size).toBe(6);
  const kinds = (await core.admin('GET', '/v1/jobs')).body['data'] as unknown as object[];
  expect(kinds).toContainEqual(expect.objectContaining({ name: steps.name, cron: '* * * * *' }));
});
