import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange } from '../../src/stripe/jobs.ts';
import { catchUp, takeEvents } from '../../src/stripe/run.ts';
import { footprint } from '../../src/test/core.ts';
import { allOf, DAY, giveCard, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('webhook');
});
afterAll(() => rig.close());

const SECRET = 'whsec_of_the_rig';
let made = 0;

const eventOf = (more: object = {}) => {
  made += 1;
  return {
    id: `evt_test${made}`,
    object: 'event',
    type: 'invoice.paid',
    livemode: false,
    created: Math.floor(rig.core.clock.now / 1_000),
    data: { object: { id: 'in_unknown', object: 'invoice' } },
    ...more,
  };
};

type Signed = { secret?: string; ageS?: number; signature?: string };

function deliver(body: string, { secret = SECRET, ageS = 0, signature }: Signed = {}) {
  const timestamp = Math.floor(rig.core.clock.now / 1_000) - ageS;
  const signed = rig.stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
  return rig.core.call('POST', '/webhooks/stripe', {
    body,
    headers: { 'stripe-signature': signature ?? signed },
  });
}

const kept = async (id: string) => {
  const [row] = await rig.core.sql`
    select type, source, applied_at from stripe_events where id = ${id}`;
  return row;
};

describe('a delivery', () => {
  test('that Stripe signed is stored, answered, and acted on once', async () => {
    const event = eventOf();
    const body = JSON.stringify(event);
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(body)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await kept(event.id)).toMatchObject({ source: 'webhook', applied_at: null });
    expect(await takeEvents(rig.kit)).toBe(1);
    expect(await takeEvents(rig.kit)).toBe(0);
  });

  test('of a type that nobody knows is kept', async () => {
    const event = eventOf({
      type: 'moon.risen',
      data: { object: { id: 'moon_1', object: 'moon' } },
    });
    expect((await deliver(JSON.stringify(event))).status).toBe(200);
    await takeEvents(rig.kit);
    expect((await kept(event.id))?.['applied_at']).not.toBeNull();
  });

  test('that either secret signed is taken while one is rolled', async () => {
    const { settings } = rig;
    Object.assign(settings, { webhookSecrets: ['whsec_new', SECRET] });
    for (const secret of ['whsec_new', SECRET]) {
      expect((await deliver(JSON.stringify(eventOf()), { secret })).status).toBe(200);
    }
    Object.assign(settings, { webhookSecrets: [SECRET] });
    const late = await deliver(JSON.stringify(eventOf()), { secret: 'whsec_new' });
    expect([late.status, late.body['code']]).toEqual([400, 'invalid_request']);
  });

  const body = (more: object = {}) => JSON.stringify(eventOf(more));
  test.each<[string, () => ReturnType<typeof deliver>]>([
    ['without a signature', () => deliver(body(), { signature: '' })],
    ['with junk for a signature', () => deliver(body(), { signature: 't=1,v1=zz,,=,' })],
    ['signed with another secret', () => deliver(body(), { secret: 'whsec_other' })],
    ['signed by an older scheme only', () => deliver(body(), { signature: 't=1,v0=ab' })],
    ['signed 301 s ago', () => deliver(body(), { ageS: 301 })],
    ['signed in an hour', () => deliver(body(), { ageS: -3_600 })],
    ['of live mode', () => deliver(body({ livemode: true }))],
    ['of a connected account', () => deliver(body({ account: 'acct_1' }))],
    ['with an id that is none', () => deliver(body({ id: 'x' }))],
    ['without data', () => deliver(body({ data: undefined }))],
    ['without a time', () => deliver(body({ created: '1' }))],
    ['that is no JSON', () => deliver('{"id":')],
    ['that is an array', () => deliver('[]')],
    ['that is null', () => deliver('null')],
    ['that is a text', () => deliver('"evt_1"')],
    ['with an id that is a number', () => deliver(body({ id: 1 }))],
    ['with half a character for its type', () => deliver(body({ type: '\ud800' }))],
    ['with half a character within', () => deliver(body({ data: { object: { id: '\udc00' } } }))],
    ['with NUL within', () => deliver(body({ data: { object: { id: '\0' } } }))],
    ['that is empty', () => deliver('')],
  ])('%s is refused, and nothing is kept of it', async (_how, send) => {
    const before = await footprint(rig.core.sql);
    const { status, body: problem } = await send();
    expect([status, problem['code']]).toEqual([400, 'invalid_request']);
    expect(await footprint(rig.core.sql)).toEqual(before);
  });

  test('whose body was changed on the way is refused', async () => {
    const text = JSON.stringify(eventOf());
    const timestamp = Math.floor(rig.core.clock.now / 1_000);
    const signature = rig.stripe.webhooks.generateTestHeaderString({
      payload: text,
      secret: SECRET,
      timestamp,
    });
    expect((await deliver(text.replace('paid', 'void'), { signature })).status).toBe(400);
    expect((await deliver(text, { signature })).status).toBe(200);
  });

  test('over a megabyte is refused', async () => {
    const { status, body: problem } = await deliver('x'.repeat(1_100_000));
    expect([status, problem['code']]).toEqual([413, 'payload_too_large']);
  });
});

describe('what Stripe tells', () => {
  const CARD = 'pm_card_visa';
  const paid = async () => {
    const ours = await rig.invoice(await rig.customer(CARD));
    await exchange(rig.kit);
    return ours;
  };

  test('is acted on in any order and any number of times to the same end', async () => {
    const ours = await paid();
    await rig.settle();
    const before = [await rig.read(ours.id), await rig.payments(ours.id)];
    expect(before[0]).toMatchObject({ state: 'paid' });
    await rig.core.sql`update stripe_events set applied_at = null, created_at = now() - created_at
      + now()`;
    await takeEvents(rig.kit);
    await rig.core.sql`update stripe_events set applied_at = null`;
    await takeEvents(rig.kit);
    expect([await rig.read(ours.id), await rig.payments(ours.id)]).toEqual(before);
  });

  test('an old event of a paid invoice does not open it', async () => {
    const ours = await paid();
    const [link] = await rig.core.sql`
      select stripe_id from stripe_invoices where invoice_id = ${ours.id}`;
    const stale = eventOf({
      type: 'invoice.payment_failed',
      data: { object: { id: link?.['stripe_id'], object: 'invoice', status: 'open' } },
    });
    await deliver(JSON.stringify(stale));
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('paid');
  });

  test('is asked for after days without a delivery', async () => {
    const customer = await rig.customer();
    const ours = await rig.invoice(customer);
    await exchange(rig.kit);
    await giveCard(rig, { id: customer, card: CARD });
    const theirs = allOf(rig.sim, 'invoice').find(
      ({ metadata }) => metadata?.['tollgate_invoice'] === ours.id,
    );
    await rig.stripe.invoices.pay(theirs?.id ?? '');
    for (let events = 0; events < 250; events++) {
      await rig.stripe.customers.update(theirs?.customer as string, { description: `${events}` });
    }
    rig.pass(5 * DAY);
    expect((await rig.read(ours.id)).state).toBe('open');
    await catchUp(rig.kit);
    await takeEvents(rig.kit);
    expect((await rig.read(ours.id)).state).toBe('paid');
    const told = [...rig.sim.world.tables.event.keys()];
    const [left] = await rig.core.sql`
      select count(*)::int as missing from unnest(${told}::text[]) id
       where id not in (select id from stripe_events)`;
    expect(left?.['missing']).toBe(0);
  });

  test('of what was done there by hand becomes ours', async () => {
    const refunded = await paid();
    const [payment] = await rig.payments(refunded.id);
    await rig.stripe.refunds.create({ payment_intent: payment?.reference ?? '', amount: 250 });
    const voided = await rig.invoice(await rig.customer());
    const beside = await rig.invoice(await rig.customer());
    await rig.settle();
    const theirs = (id: string) =>
      allOf(rig.sim, 'invoice').find(({ metadata }) => metadata?.['tollgate_invoice'] === id)?.id ??
      '';
    await rig.stripe.invoices.voidInvoice(theirs(voided.id));
    await rig.stripe.invoices.pay(theirs(beside.id), { paid_out_of_band: true });
    await rig.settle();
    expect(await rig.read(refunded.id)).toMatchObject({ state: 'open', paid: '750' });
    expect((await rig.read(voided.id)).state).toBe('void');
    expect(await rig.payments(beside.id)).toMatchObject([
      { amount: '1000', method: 'beside stripe' },
    ]);
    expect((await rig.read(beside.id)).state).toBe('paid');
  });
});
