import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { plansHttp } from '../src/catalog/plans-http.ts';
import type { PlanVersion } from '../src/contract/plan.ts';
import type { Subscription } from '../src/contract/subscription.ts';
import { newId } from '../src/kit/id.ts';
import { previewHttp } from '../src/invoicing/preview-http.ts';
import { subscriptionsHttp } from '../src/subscriptions/http.ts';
import { publishedOn } from './published.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, seedCustomer, type Surface } from './surface.ts';

// Steps that are refused leave nothing, in the preview as when they are taken.

const START = Date.parse('2026-04-01T00:00:00Z');
let surface: Surface;
let customer: { id: string };
let basic: PlanVersion;
let pro: PlanVersion;

const published = (amount: string, over?: object): Promise<PlanVersion> =>
  publishedOn(surface, amount, over);

beforeAll(async () => {
  surface = await openSurface({
    '/v1': subscriptionsHttp().route('/', previewHttp()).route('/', plansHttp()),
  });
  basic = await published('3000');
  pro = await published('9000');
});
afterAll(async () => surface.close());
beforeEach(async () => {
  surface.clock.now = START;
  customer = await seedCustomer(surface);
});

const at = (id: string, rest: string) => `/v1/subscriptions/${id}/${rest}`;
async function subscribe(version = basic, over: object = {}): Promise<Subscription> {
  const body = { customer_id: customer.id, plan_version_id: version.id, ...over };
  return (await surface.send<Subscription>('POST', '/v1/subscriptions', body)).body;
}
async function take(id: string, step: object): Promise<Subscription> {
  const { status, body } = await surface.send<Subscription>('POST', at(id, 'steps'), step);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}
const get = async (id: string) =>
  (await surface.send<Subscription>('GET', `/v1/subscriptions/${id}`)).body;

describe('refused is', () => {
  let id: string;
  beforeEach(async () => {
    id = (await subscribe()).id;
  });

  test.each(NO_BODIES)('a step of $name', async ({ name, body, headers, refusal }) => {
    for (const rest of ['steps', 'preview']) {
      const post = { name, method: 'POST', path: at(id, rest), body, ...(headers && { headers }) };
      await expectRefused(surface, { ...post, ...refusal });
    }
  });

  const change = { step: 'change', plan_version_id: newId('plv', 0) };
  test.each([
    ['an unknown step', { step: 'delete' }, 'step'],
    ['a change to nowhere', { step: 'change' }, 'plan_version_id'],
    ['a change to what is no version', { ...change, plan_version_id: 'pro' }, 'plan_version_id'],
    ['a cancel to a version', { ...change, step: 'cancel' }, 'plan_version_id'],
    ['a change that gives back', { ...change, credit_unused: true }, 'credit_unused'],
    ['a cancel that resumes', { step: 'cancel', resumes_at: '2026-05-01T00:00:00Z' }, 'resumes_at'],
    ['a pause that resumes', { step: 'pause', resumes_at: '2026-03-01T00:00:00Z' }, 'resumes_at'],
    [
      'a pause to come that resumes',
      { step: 'pause', at: 'period_end', resumes_at: '2026-09-01T00:00:00Z' },
      'resumes_at',
    ],
    ['a step in the past', { step: 'cancel', at: '2026-03-31T23:59:59Z' }, 'at'],
    ['a step this very moment', { step: 'cancel', at: '2026-04-01T00:00:00Z' }, 'at'],
    ['a step in ten years', { step: 'cancel', at: '2036-01-01T00:00:00Z' }, 'at'],
    ['a step at no time', { step: 'cancel', at: 'tomorrow' }, 'at'],
    ['a step at a time without a zone', { step: 'cancel', at: '2026-06-01T00:00:00' }, 'at'],
    ['a step at a number', { step: 'cancel', at: 1 }, 'at'],
    ['a word for yes', { step: 'cancel', credit_unused: 'yes' }, 'credit_unused'],
  ])('%s', async (name, body, field) => {
    for (const rest of ['steps', 'preview']) {
      const post = { name, method: 'POST', path: at(id, rest), body, ...invalid };
      await expectRefused(surface, { ...post, at: field });
    }
  });

  const conflict = { method: 'POST', status: 409, code: 'state_conflict' };
  test('a step that its state has no place for', async () => {
    const no = async (body: object) => {
      for (const rest of ['steps', 'preview']) {
        await expectRefused(surface, { name: '', path: at(id, rest), body, ...conflict });
      }
    };
    await no({ step: 'resume' });
    await no({ step: 'change', plan_version_id: basic.id });
    await take(id, { step: 'cancel', at: 'period_end' });
    await no({ step: 'pause' });
    await no({ step: 'change', at: 'period_end', plan_version_id: pro.id });
    await take(id, { step: 'change', plan_version_id: pro.id });
    expect((await get(id)).pending_change).toMatchObject({ kind: 'cancel' });
    await surface.send('DELETE', at(id, 'pending-change'));
    await take(id, { step: 'pause' });
    await no({ step: 'pause' });
    await take(id, { step: 'cancel' });
    for (const step of ['cancel', 'pause', 'resume']) await no({ step });
  });

  test('a step of a subscription that is not there', async () => {
    const absent = { status: 404, code: 'not_found', name: '' };
    const gone = newId('sub', 0);
    const body = { step: 'pause' };
    await expectRefused(surface, { method: 'POST', path: at(gone, 'steps'), body, ...absent });
    await expectRefused(surface, { method: 'GET', path: at(gone, 'timeline'), ...absent });
    await expectRefused(surface, { method: 'DELETE', path: at(gone, 'pending-change'), ...absent });
  });
});
