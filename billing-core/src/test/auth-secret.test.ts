import { afterAll, beforeAll, expect, test } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../scripts/test/database.ts';
import { resealFactors, type AuthSecrets } from '../auth/factor-seal.ts';
import { housekeeping } from '../housekeeping.ts';
import type { Job } from '../kit/jobs.ts';
import { openLog } from '../kit/log.ts';
import { cookieOf, openCore, PASSWORD, person, PORTAL, type Core } from './core.ts';
import { appCodeAt } from './totp.ts';

// docs/deploy/rotate.md: AUTH_SECRET is changed in three steps, with two cores at each of them.

const OLD = 'the old secret of the tests, long enough';
const NEW = 'the new secret of the tests, long enough';
const STEPS: AuthSecrets[] = [
  { secret: OLD },
  { secret: OLD, other: NEW },
  { secret: NEW, other: OLD },
  { secret: NEW },
];

const LOG = openLog('test', 'silent');
type Stepped = Extract<Job, { inSteps: unknown }>;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

const PATH = '/portal/v1/me/two-factor';
type Guarded = { email: string; uri: string; codes: string[] };

async function guarded(core: Core): Promise<Guarded> {
  const who = await person(core);
  const begun = await who.call('POST', `${PATH}/begin`, { password: PASSWORD });
  const uri = begun.body['totp_uri'] as string;
  const on = await who.call('POST', `${PATH}/confirm`, { code: appCodeAt(uri, Date.now()) });
  expect(on.status, on.text).toBe(200);
  return { email: who.email, uri, codes: begun.body['recovery_codes'] as never };
}

/** Signs in by a recovery code, which is spent by it. */
async function entersBy(core: Core, { email, codes }: Guarded): Promise<number> {
  const asked = await core.call('POST', '/auth/sign-in/email', {
    body: { email, password: PASSWORD },
  });
  expect(asked.body, asked.text).toEqual({ second_factor: 'required' });
  const headers = { cookie: cookieOf(asked), origin: PORTAL };
  const code = codes.pop() ?? '';
  return (await core.call('POST', '/auth/sign-in/second-factor', { body: { code }, headers }))
    .status;
}

test('AUTH_SECRET changes, and nobody loses a second factor on the way', async () => {
  const people: Guarded[] = [];
  for (const [step, secrets] of STEPS.entries()) {
    // A core of the step before goes on beside the one that starts now.
    const before = await openCore({ secrets: STEPS[Math.max(0, step - 1)] as never }, database);
    expect((await resealFactors(before.sql, secrets)).lost).toBe(0);
    const now = await openCore({ secrets: secrets as never }, database);
    people.push(await guarded(now));
    for (const who of people) {
      expect(await entersBy(before, who), `before step ${step}`).toBe(200);
      expect(await entersBy(now, who), `step ${step}`).toBe(200);
    }
    await Promise.all([before.close(), now.close()]);
  }
  const last = await openCore({ secrets: { secret: NEW } }, database);
  expect(await resealFactors(last.sql, { secret: NEW })).toEqual({ sealed: 0, lost: 0 });
  await last.close();
});

test('what a core of the step before sealed meanwhile is sealed anew within the hour', async () => {
  const late = await openCore({ secrets: { secret: OLD, other: NEW } }, database);
  const who = await guarded(late);
  const { inSteps } = housekeeping({
    requestLogHours: 72,
    secrets: { secret: NEW, other: OLD },
    log: LOG,
  }) as Stepped;
  await inSteps({ sql: late.sql, data: {}, now: Date.now(), signal: new AbortController().signal });
  const alone = await openCore({ secrets: { secret: NEW } }, database);
  expect(await entersBy(alone, who)).toBe(200);
  await Promise.all([late.close(), alone.close()]);
});

test('a secret that is gone is told by how many second factors it takes along', async () => {
  const core = await openCore({ secrets: { secret: NEW } }, database);
  const [row] = await core.sql<{ n: number }[]>`select count(*)::int as n from two_factors`;
  const other = { secret: 'a third secret of the tests, long enough' };
  expect(await resealFactors(core.sql, other)).toEqual({ sealed: 0, lost: row?.n });
  await core.close();
});
