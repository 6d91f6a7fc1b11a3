import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { JobKind } from '../src/contract/job.ts';
import { environment, run, type Run } from '../src/test/core-process.ts';
import { hold, openCore, somebodyWaits, type Core } from '../src/test/core.ts';
import { testDatabase, type TestDatabase } from '../../scripts/test/database.ts';
import { crowdOn, planWith, stepsOf } from './plan-move-scene.ts';

// A core is killed in the middle of a move of everybody; the next one goes on with it.

const TEST_MS = 300_000;
/** That its core died is noticed by the silence of the run, and looked for each 15 s. */
const RESUMED = { timeout: 180_000, interval: 200 };
let database: TestDatabase;
let core: Core;
const running: Run[] = [];
beforeAll(async () => {
  database = await testDatabase();
  core = await openCore({}, database);
});
afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await core.close();
  await database.drop();
});

async function start(): Promise<Run> {
  const process = run('main.ts', await environment(database.url));
  running.push(process);
  return process;
}

/** The kinds of jobs that cores have made places for. */
async function kinds(): Promise<string[]> {
  const { body } = await core.admin('GET', '/v1/jobs');
  return (body['data'] as unknown as JobKind[]).map(({ name }) => name);
}

test(
  'a kill in the middle of a step moves everybody once all the same',
  async () => {
    const [old, fresh] = await planWith(core, ['1000', '1200']);
    const crowd = await crowdOn(core, old, 12);
    const body = { from_plan_version_id: old, to_plan_version_id: fresh };
    const first = await start();
    await vi.waitFor(async () => expect(await kinds()).toContain('subscriptions.move'), RESUMED);
    // The step of the sixth waits for a customer that somebody else holds.
    const sixth = crowd[5] ?? '';
    const held = await hold(
      core.sql,
      (own) => own`
        select from customers where id = (select customer_id from subscriptions where id = ${sixth})
           for update`,
    );
    const id = (await core.admin('POST', '/v1/plan-moves', body)).body['id'] as string;
    const read = async () => (await core.admin('GET', `/v1/plan-moves/${id}`)).body;
    await vi.waitFor(async () => {
      // The server ends a transaction that stands idle.
      await held.sql`select`;
      expect((await read())['moved']).toBe(5);
    }, RESUMED);
    await somebodyWaits(core.sql);
    first.child.kill('SIGKILL');
    await first.ended;
    await held.commit();
    expect(await read()).toMatchObject({ state: 'running', moved: 5, waiting: 7, failed: 0 });

    await start();
    await vi.waitFor(async () => expect((await read())['state']).toBe('done'), RESUMED);
    expect(await read()).toMatchObject({ moved: 12, waiting: 0, failed: 0, passed_over: 0 });
    const [like] = await stepsOf(core, crowd);
    expect(like).toMatchObject({ version: fresh, phases: 2, entries: 1, parts: [id] });
    for (const each of await stepsOf(core, crowd)) expect(each).toEqual(like);
  },
  TEST_MS,
);
