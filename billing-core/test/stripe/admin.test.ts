import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Attention } from '../../src/contract/attention.ts';
import type { StripeEvent, StripeQueued, StripeState } from '../../src/contract/stripe.ts';
import { measureMoney } from '../../src/alerts/metrics.ts';
import { openMetrics } from '../../src/kit/metrics.ts';
import { exchange, startStripe } from '../../src/stripe/jobs.ts';
import { KeyWatch } from '../../src/stripe/key-watch.ts';
import { catchUp } from '../../src/stripe/run.ts';
import { openCore } from '../../src/test/core.ts';
import { allOf, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('stripe-admin');
});
afterAll(() => rig.close());

const read = async <Body>(path: string): Promise<Body> => {
  const answer = await rig.core.admin('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Body;
};
const list = async <Row>(path: string): Promise<Row[]> => (await read<{ data: Row[] }>(path)).data;
const stateNow = () => read<StripeState>('/v1/stripe');

describe('the way to Stripe', () => {
  test('says its mode, its version, its secrets, and when it was last asked', async () => {
    await catchUp(rig.kit);
    const state = await stateNow();
    expect(state).toMatchObject({
      mode: 'local',
      api_version: '2026-10-28.endive',
      key_refused: null,
      api_base: rig.settings.apiBase?.origin,
      webhook: {
        url: 'http://portal.test/api/webhooks/stripe',
        secrets: 1,
        last_received_at: null,
        last_refused_at: null,
      },
      catch_up: { last_at: new Date(rig.core.clock.now).toISOString() },
    });
    const refused = { body: '{}', headers: { 'stripe-signature': 't=1,v1=00' } };
    expect((await rig.core.call('POST', '/webhooks/stripe', refused)).status).toBe(400);
    expect((await stateNow()).webhook.last_refused_at).toBe(
      new Date(rig.core.clock.now).toISOString(),
    );
  });

  test('is of nobody where Stripe does not collect', async () => {
    const core = await openCore();
    const answer = await core.admin('GET', '/v1/stripe');
    expect(answer.body).toMatchObject({ mode: null, webhook: { secrets: 0 } });
    expect((await core.admin('GET', '/v1/attention')).body).toEqual({
      ...{ books: null, stripe: null, quota_requests: 0, ledger_days_ahead: null },
    });
    await core.close();
  });

  test('shows who waits, since when, with what and why, and tells of it when asked', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    const rule = { fault: 'rate_limit', method: 'POST', path: '/v1/invoices', times: -1 } as const;
    rig.fault(rule);
    await exchange(rig.kit);
    const [queued] = await list<StripeQueued>('/v1/stripe/queue');
    expect(queued).toMatchObject({
      customer: { id: customer, name: 'Acme' },
      state: 'retrying',
      tries: 1,
      refunds: 0,
      invoices: [{ id: ours.id, number: ours.number }],
      said: expect.stringMatching(/\w/),
      next_at: expect.any(String),
    });
    rig.sim.faults.rules = [];
    await exchange(rig.kit);
    expect(await list('/v1/stripe/queue')).toHaveLength(1);
    expect((await rig.core.admin('POST', `/v1/stripe/queue/${customer}/retry`)).status).toBe(204);
    await exchange(rig.kit);
    expect(await list('/v1/stripe/queue')).toEqual([]);
    expect(allOf(rig.sim, 'invoice').map(({ metadata }) => metadata)).toEqual([
      { tollgate_invoice: ours.id, tollgate_customer: customer, tollgate_number: ours.number },
    ]);
  });

  test('of one that is stuck goes on when asked, and its failed job is gone with it', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    rig.fault({ fault: 'rate_limit', method: 'POST', path: '/v1/invoices/:id/finalize' });
    await exchange(rig.kit);
    const draft = allOf(rig.sim, 'invoice').find(
      ({ metadata }) => metadata?.['tollgate_invoice'] === ours.id,
    );
    if (draft === undefined) throw new Error('not at Stripe');
    const { total } = draft;
    draft.total = total + 1;
    const jobs = await rig.work();
    await rig.core.admin('POST', `/v1/stripe/queue/${customer}/retry`);
    await exchange(rig.kit);
    const quick = { timeout: 20_000, interval: 50 };
    await vi.waitFor(async () => {
      expect(await list('/v1/failed-jobs')).toMatchObject([{ name: 'stripe.push' }]);
    }, quick);
    expect(await read<Attention>('/v1/attention')).toMatchObject({ stripe: { stuck: 1 } });
    draft.total = total;
    await rig.core.admin('POST', `/v1/stripe/queue/${customer}/retry`);
    await rig.settle();
    expect(draft.status).toBe('open');
    expect(await list('/v1/failed-jobs')).toEqual([]);
    expect(await read<Attention>('/v1/attention')).toMatchObject({ stripe: { stuck: 0 } });
    await jobs.stop();
  });
});

describe('what Stripe told', () => {
  test('is listed with what became of it, and of whom it is', async () => {
    const customer = await rig.customer('pm_card_visa');
    const ours = await rig.invoice(customer);
    await rig.settle();
    const events = await list<StripeEvent>('/v1/stripe/events?type=invoice.paid');
    expect(events).toMatchObject([
      {
        type: 'invoice.paid',
        state: 'taken',
        source: 'list',
        said: '',
        customer: { id: customer, name: 'Acme' },
        invoice: { id: ours.id, number: ours.number },
      },
    ]);
    const first = await read<{ data: StripeEvent[]; next_cursor: string }>(
      '/v1/stripe/events?limit=2',
    );
    const next = await list<StripeEvent>(
      `/v1/stripe/events?limit=2&cursor=${encodeURIComponent(first.next_cursor)}`,
    );
    const ids = [...first.data, ...next].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    const all = await list<StripeEvent>('/v1/stripe/events?limit=100');
    expect(all.slice(0, 4).map(({ id }) => id)).toEqual(ids);
  });

  test('of a type that nothing follows says so; one that failed is followed again', async () => {
    await rig.core.sql`
      insert into stripe_events (id, type, object_id, payload, created_at, received_at, source)
      values ('evt_moon', 'moon.risen', 'moon_1', '{"data": {"object": {"object": "moon"}}}',
              now(), now(), 'webhook'),
             ('evt_gone', 'invoice.paid', 'in_gone',
              '{"data": {"object": {"object": "invoice", "id": "in_gone"}}}',
              now(), now(), 'list')`;
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await rig.settle();
    await rig.core.sql`
      update stripe_events set applied_at = null, is_stuck = true, said = 'No such invoice'
       where id = 'evt_gone'`;
    const of = (state: string) => list<StripeEvent>(`/v1/stripe/events?state=${state}`);
    expect((await of('unknown')).map(({ id }) => id)).toContain('evt_moon');
    expect(await of('failed')).toMatchObject([{ id: 'evt_gone', said: 'No such invoice' }]);
    expect((await stateNow()).events).toEqual({ waiting: 0, failed: 1 });
    const retry = (id: string) => rig.core.admin('POST', `/v1/stripe/events/${id}/retry`);
    expect((await retry('evt_gone')).status).toBe(204);
    expect(await of('waiting')).toMatchObject([{ id: 'evt_gone' }]);
    await exchange(rig.kit);
    expect(await of('failed')).toEqual([]);
    const again = await retry('evt_gone');
    expect([again.status, again.body['code']]).toEqual([409, 'state_conflict']);
    expect(ours.state).toBe('open');
  });

  test.each([
    ['GET', 'events?state=paid', 400],
    ['GET', 'events?type=A%00', 400],
    ['GET', `events?type=${'a'.repeat(101)}`, 400],
    ['GET', 'events?cursor=x', 400],
    ['GET', 'queue?cursor=MS4x', 400],
    ['GET', 'queue?customer_id=x', 400],
    ['POST', 'events/x/retry', 400],
    ['POST', `events/evt_${'a'.repeat(101)}/retry`, 400],
    ['POST', 'events/evt_nobody/retry', 404],
    ['POST', 'queue/x/retry', 400],
    ['POST', `queue/cus_${'0'.repeat(24)}/retry`, 404],
  ])('%s %s is answered %d', async (method, path, status) => {
    const answer = await rig.core.admin(method, `/v1/stripe/${path}`);
    expect(answer.status, answer.text).toBe(status);
  });
});

describe('a key that Stripe does not take', () => {
  test('is told of after some tries, and no longer once it is taken', async () => {
    const metrics = openMetrics();
    measureMoney({ ...rig.kit, registry: metrics.registry }, true);
    const metric = async () =>
      /^stripe_key_refused (\d)$/m.exec(await metrics.registry.metrics())?.[1];
    const ours = await rig.invoice(await rig.customer());
    rig.fault({ fault: 'revoked', times: -1 });
    for (const known of [false, false, true]) {
      await exchange(rig.kit);
      expect((await stateNow()).key_refused !== null).toBe(known);
      await rig.core.sql`update stripe_queue set claimed_until = '-infinity'`;
    }
    const state = await stateNow();
    expect(state.key_refused).toMatchObject({ status: 401, tries: 3 });
    expect((await read<Attention>('/v1/attention')).stripe?.key_refused_since).toBe(
      state.key_refused?.since,
    );
    expect(await metric()).toBe('1');
    rig.sim.faults.rules = [];
    await rig.settle();
    expect((await stateNow()).key_refused).toBe(null);
    expect(await metric()).toBe('0');
    expect((await rig.read(ours.id)).state).toBe('open');
    expect(await list('/v1/stripe/queue')).toEqual([]);
  });

  test('that may not do one thing is told of with that thing, and the rest goes on', async () => {
    const customer = await rig.customer('pm_card_visa');
    const paid = await rig.invoice(customer);
    await rig.settle();
    rig.fault({ fault: 'forbidden', method: 'POST', path: '/v1/refunds', times: -1 });
    await rig.post(paid.id, 'payments', { kind: 'refund', method: 'stripe', amount: '100' });
    const other = await rig.invoice(await rig.customer('pm_card_visa'));
    for (let tries = 0; tries < 3; tries++) {
      await exchange(rig.kit);
      await rig.core.sql`update stripe_queue set claimed_until = '-infinity'`;
    }
    expect((await stateNow()).key_refused).toMatchObject({
      status: 403,
      operation: 'POST /v1/refunds',
    });
    expect((await rig.read(other.id)).state).toBe('paid');
    rig.sim.faults.rules = [];
    await rig.settle();
    expect((await stateNow()).key_refused).toBe(null);
  });

  test('that may not list events keeps nobody from being told of', async () => {
    const ours = await rig.invoice(await rig.customer('pm_card_visa'));
    rig.fault({ fault: 'forbidden', method: 'GET', path: '/v1/events', times: -1 });
    const way = startStripe(rig.kit, { hasWebhook: false });
    const quick = { timeout: 20_000, interval: 50 };
    await vi.waitFor(async () => expect((await rig.read(ours.id)).state).toBe('paid'), quick);
    await way.stop();
    rig.sim.faults.rules = [];
    await rig.settle();
  });

  test('is known by its calls: another permission says nothing of the key', () => {
    const watch = new KeyWatch(() => 7);
    const refuse = () => watch.saw('POST', '/v1/refunds?x=1', 403);
    refuse();
    refuse();
    expect(watch.refusal).toBe(undefined);
    refuse();
    watch.saw('GET', '/v1/invoices/in_12', 200);
    expect(watch.refusal).toEqual({
      status: 403,
      since: 7,
      tries: 3,
      operation: 'POST /v1/refunds',
    });
    for (let tries = 0; tries < 4; tries++) watch.saw('GET', '/v1/invoices/in_12', 401);
    expect(watch.refusal).toMatchObject({ status: 401, operation: 'GET /v1/invoices/ID' });
    watch.saw('GET', '/v1/events', 404);
    expect(watch.refusal).toMatchObject({ status: 403 });
    watch.saw('POST', '/v1/refunds', 402);
    expect(watch.refusal).toBe(undefined);
  });
});
