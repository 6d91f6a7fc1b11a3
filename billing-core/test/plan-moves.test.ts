import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AuditEntry } from '../src/contract/audit.ts';
import type { PlanMoveSubscription } from '../src/contract/plan-move.ts';
import { startJobs, type Jobs } from '../src/kit/jobs.ts';
import { openLog } from '../src/kit/log.ts';
import { moveEverybody, moveJob } from '../src/subscriptions/move-run.ts';
import { hold, openCore, person, somebodyWaits, type Answer, type Core } from '../src/test/core.ts';
import { crowdOn, planWith, stepsOf } from './plan-move-scene.ts';

// Everybody on a plan version is moved to another by a job, each as if moved by hand.

const QUICK = { timeout: 60_000, interval: 50 };
const log = openLog('test', 'silent');
let core: Core;
let jobs: Jobs | undefined;
beforeAll(async () => {
  core = await openCore();
});
afterEach(async () => {
  await jobs?.stop();
  jobs = undefined;
  await core.sql`delete from pgboss.job`;
});
afterAll(() => core.close());

const clock = (): number => core.clock.now;
const kit = () => ({ sql: core.sql, clock, log, send: async () => {} });
async function work(): Promise<void> {
  jobs = startJobs({ sql: core.sql, log, clock }, [moveJob({ sql: core.sql, log, clock })]);
  await jobs.begun;
}
const run = (id: string, until = Infinity): Promise<void> =>
  moveEverybody(kit(), { id, signal: new AbortController().signal, until });

const asked = (from: string, to: string, at?: string) => ({
  from_plan_version_id: from,
  to_plan_version_id: to,
  ...(at && { at }),
});
async function begin(from: string, to: string, at?: string): Promise<string> {
  const answer = await core.admin('POST', '/v1/plan-moves', asked(from, to, at));
  expect(answer.status, answer.text).toBe(201);
  return answer.body['id'] as string;
}
const read = async (id: string) => (await core.admin('GET', `/v1/plan-moves/${id}`)).body;
const failures = async (id: string) => {
  const answer = await core.admin('GET', `/v1/plan-moves/${id}/subscriptions?state=failed`);
  return answer.body['data'] as unknown as PlanMoveSubscription[];
};
const trail = async (id: string) =>
  (await core.admin('GET', `/v1/audit?subject_id=${id}`)).body['data'] as unknown as AuditEntry[];
const step = (id: string, body: object): Promise<Answer> =>
  core.admin('POST', `/v1/subscriptions/${id}/steps`, body);

test('everybody is moved now, each once, with an entry and charges of their own', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const crowd = await crowdOn(core, old, 5);
  const preview = await core.admin('POST', '/v1/plan-moves/preview', asked(old, fresh));
  expect(preview.body).toEqual({ total: 5, changes_pending: 0, others_pending: 0 });
  await work();
  const id = await begin(old, fresh);
  await vi.waitFor(async () => expect((await read(id))['state']).toBe('done'), QUICK);
  expect(await read(id)).toMatchObject({
    total: 5,
    moved: 5,
    failed: 0,
    passed_over: 0,
    waiting: 0,
  });
  const [byHand] = await crowdOn(core, old, 1);
  await step(byHand ?? '', { step: 'change', plan_version_id: fresh });
  const [like] = await stepsOf(core, [byHand ?? '']);
  for (const each of await stepsOf(core, crowd)) {
    expect(each).toEqual({ ...like, version: fresh, parts: [id] });
  }
  const [entry] = await trail(crowd[0] ?? '');
  const [start] = await trail(id);
  expect(start).toMatchObject({ action: 'plan_move.start', detail: { total: 5 } });
  const { actor_kind, actor_id } = start as AuditEntry;
  expect(entry).toMatchObject({ actor_kind, actor_id });
  expect(entry?.changes.map(({ table }) => table)).toEqual(['subscriptions']);
});

test('the same request by its key begins one move', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  await crowdOn(core, old, 1);
  const token = await core.mint(['admin']);
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'move-them' };
  const post = () => core.call('POST', '/v1/plan-moves', { body: asked(old, fresh), headers });
  const [first, second] = [await post(), await post()];
  expect([first.status, second.status, second.body['id']]).toEqual([201, 201, first.body['id']]);
  const listed = await core.admin('GET', `/v1/plan-moves?from_plan_version_id=${old}`);
  expect(listed.body['data']).toHaveLength(1);
});

test('one that is refused is told with its reason, and tried again when asked', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const [first, leaving, last] = await crowdOn(core, old, 3);
  await step(leaving ?? '', { step: 'cancel', at: 'period_end' });
  const preview = await core.admin('POST', '/v1/plan-moves/preview', asked(old, fresh));
  expect(preview.body).toMatchObject({ total: 3, others_pending: 1 });
  const id = await begin(old, fresh, 'period_end');
  await run(id);
  expect(await read(id)).toMatchObject({ state: 'done', moved: 2, failed: 1, waiting: 0 });
  const detail = 'A cancel is pending: withdraw that first';
  const [failed, ...others] = await failures(id);
  expect(failed).toMatchObject({ subscription_id: leaving, code: 'state_conflict', detail });
  expect([failed?.customer_name, others]).toEqual(['Acme', []]);
  for (const each of [first, last]) {
    const { body } = await core.admin('GET', `/v1/subscriptions/${each}`);
    expect(body['pending_change']).toMatchObject({ kind: 'change', plan_version_id: fresh });
    expect(body['plan_version_id']).toBe(old);
  }
  await core.admin('DELETE', `/v1/subscriptions/${leaving}/pending-change`);
  const again = await core.admin('POST', `/v1/plan-moves/${id}/retry`);
  expect(again.body).toMatchObject({ state: 'running', moved: 2, failed: 0, waiting: 1 });
  await run(id);
  expect(await read(id)).toMatchObject({ state: 'done', moved: 3, failed: 0 });
  const none = await core.admin('POST', `/v1/plan-moves/${id}/retry`);
  expect([none.status, none.body['detail']]).toEqual([409, 'None of them failed']);
});

test('one that breaks is told without its reason, and holds up no other', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const [broken, sound] = await crowdOn(core, old, 2);
  const id = await begin(old, fresh);
  await core.sql`alter table subscription_phases disable trigger all`;
  await core.sql`delete from subscription_phases where subscription_id = ${broken ?? ''}`;
  await core.sql`alter table subscription_phases enable trigger all`;
  await run(id);
  expect(await read(id)).toMatchObject({ state: 'done', moved: 1, failed: 1 });
  const [failed] = await failures(id);
  expect([failed?.subscription_id, failed?.code]).toEqual([broken, 'internal']);
  expect((await stepsOf(core, [sound ?? '']))[0]).toMatchObject({ version: fresh });
});

test('who left, or is to be moved just then already, is passed over', async () => {
  const [old, fresh, other] = await planWith(core, ['1000', '1200', '1300']);
  const [left, gone, set] = await crowdOn(core, old, 3);
  await step(set ?? '', { step: 'change', plan_version_id: fresh, at: 'period_end' });
  const id = await begin(old, fresh, 'period_end');
  await step(left ?? '', { step: 'change', plan_version_id: other });
  await step(gone ?? '', { step: 'cancel' });
  await run(id);
  expect(await read(id)).toMatchObject({ state: 'done', moved: 0, passed_over: 3, failed: 0 });
  const parts = (await stepsOf(core, [left ?? '', gone ?? '', set ?? ''])).map((one) => one.parts);
  expect(parts).toEqual([[], [], []]);
});

test('a move for a time takes the place of what was set before', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const [one] = await crowdOn(core, old, 1);
  await step(one ?? '', { step: 'change', plan_version_id: fresh, at: 'period_end' });
  const at = new Date(Math.ceil(clock() / 60_000) * 60_000 + 3_600_000).toISOString();
  await run(await begin(old, fresh, at));
  const { body } = await core.admin('GET', `/v1/subscriptions/${one}`);
  expect(body['pending_change']).toMatchObject({ at, plan_version_id: fresh });
});

test('after a cancel nobody is moved, though a step goes on when it is asked', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const crowd = await crowdOn(core, old, 3);
  const [first] = await core.sql<{ customer_id: string }[]>`
    select customer_id from subscriptions where id = ${crowd[0] ?? ''}`;
  const id = await begin(old, fresh);
  const held = await hold(
    core.sql,
    (own) => own`select from customers where id = ${first?.customer_id ?? ''} for update`,
  );
  const running = run(id);
  await somebodyWaits(core.sql);
  const canceling = core.admin('POST', `/v1/plan-moves/${id}/cancel`);
  await held.commit();
  const told = (await canceling).body;
  expect(told['state']).toBe('canceled');
  await running;
  const { moved, waiting, failed } = await read(id);
  expect([moved, waiting, failed]).toEqual([told['moved'], told['waiting'], 0]);
  expect((moved as number) + (waiting as number)).toBe(3);
  const on = (await stepsOf(core, crowd)).filter(({ version }) => version === fresh);
  expect(on).toHaveLength(moved as number);
  const again = await core.admin('POST', `/v1/plan-moves/${id}/cancel`);
  expect([again.status, again.body['detail']]).toEqual([409, 'It is canceled']);
});

test('two runs at once move everybody once', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const crowd = await crowdOn(core, old, 8);
  const id = await begin(old, fresh);
  await Promise.all([run(id), run(id), run(id)]);
  await run(id);
  expect(await read(id)).toMatchObject({ state: 'done', moved: 8, failed: 0, passed_over: 0 });
  for (const each of await stepsOf(core, crowd)) expect(each.parts).toEqual([id]);
});

test('whose turn a core that is gone leaves undone is moved by the run that goes on', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const [first] = await crowdOn(core, old, 2);
  const id = await begin(old, fresh);
  const held = await hold(
    core.sql,
    (own) => own`select from plan_move_subscriptions
      where move_id = ${id} and subscription_id = ${first ?? ''} for update`,
  );
  const going = run(id);
  await Promise.race([going, somebodyWaits(core.sql)]);
  await held.commit();
  await going;
  expect(await read(id)).toMatchObject({ state: 'done', moved: 2, waiting: 0 });
});

test('a retry meets a move that is begun just then', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  const [leaving] = await crowdOn(core, old, 1);
  await step(leaving ?? '', { step: 'cancel', at: 'period_end' });
  const id = await begin(old, fresh, 'period_end');
  await run(id);
  const other = `pmv_${'9'.repeat(24)}`;
  const held = await hold(
    core.sql,
    (own) => own`
      insert into plan_moves (id, from_version, to_version, at, actor_kind, actor_id, created_at)
      values (${other}, ${old}, ${fresh}, 'now', 'system', 'test', now())`,
  );
  const retried = core.admin('POST', `/v1/plan-moves/${id}/retry`);
  await somebodyWaits(core.sql);
  await held.commit();
  const { status, body } = await retried;
  expect([status, body['code']]).toEqual([409, 'already_exists']);
  expect(await read(id)).toMatchObject({ state: 'done', failed: 1 });
});

test('a run that has taken its time asks for the next one', async () => {
  const [old, fresh] = await planWith(core, ['1000', '1200']);
  await crowdOn(core, old, 3);
  const id = await begin(old, fresh);
  const sent: object[] = [];
  const send = async (_tx: unknown, _name: string, data: object) => void sent.push(data);
  const { signal } = new AbortController();
  await moveEverybody({ ...kit(), send }, { id, signal, until: 0 });
  expect(await read(id)).toMatchObject({ state: 'running', moved: 1, waiting: 2 });
  expect(sent).toEqual([{ plan_move_id: id, run: expect.stringMatching(/^req_/) }]);
});

describe('a move is not begun', () => {
  const answers = async (body: object): Promise<unknown[]> => {
    const told = new Set<unknown>();
    for (const path of ['/v1/plan-moves', '/v1/plan-moves/preview']) {
      const answer = await core.admin('POST', path, body);
      const said = answer.body['errors']?.[0]?.['message'] ?? answer.body['detail'];
      told.add(answer.status).add(said);
    }
    return [...told];
  };

  test('to where nobody on it can go', async () => {
    const [old, fresh] = await planWith(core, ['1000', '1200']);
    await crowdOn(core, old, 1);
    const [euro] = await planWith(core, ['1000'], 'EUR');
    const plan = await core.admin('POST', '/v1/plans', { slug: 'draft', name: 'Draft' });
    const content = { currency: 'USD', prices: [], entitlements: [] };
    const path = `/v1/plans/${plan.body['id']}/versions`;
    const draft = (await core.admin('POST', path, content)).body['id'] as string;
    const unknown = `plv_${'0'.repeat(24)}`;
    expect(await answers(asked(old, old))).toEqual([409, 'They are on it already']);
    expect(await answers(asked(old, draft))).toEqual([409, 'The plan version is draft']);
    expect(await answers(asked(old, unknown))).toEqual([404, 'No such plan version']);
    expect(await answers(asked(unknown, old))).toEqual([404, 'No such plan version']);
    expect(await answers(asked(old, fresh, '2020-01-01T00:00:00Z'))).toEqual([
      400,
      'is not in the future',
    ]);
    const other = 'The plan version is in EUR, the customer pays in USD';
    expect(await answers(asked(old, euro))).toEqual([409, other]);
  });

  test('where nobody is, or beside another one from there', async () => {
    const [old, fresh] = await planWith(core, ['1000', '1200']);
    const nobody = await core.admin('POST', '/v1/plan-moves', asked(old, fresh));
    expect([nobody.status, nobody.body['detail']]).toEqual([409, 'Nobody is on it']);
    await crowdOn(core, old, 1);
    await begin(old, fresh);
    const second = await core.admin('POST', '/v1/plan-moves', asked(old, fresh));
    expect([second.status, second.body['code']]).toEqual([409, 'state_conflict']);
  });

  test('by who is no admin', async () => {
    const [old, fresh] = await planWith(core, ['1000', '1200']);
    const { cookie } = await person(core);
    const headers = { cookie, origin: 'http://portal.test' };
    const answer = await core.call('POST', '/v1/plan-moves', { body: asked(old, fresh), headers });
    expect(answer.status).toBe(403);
  });
});
