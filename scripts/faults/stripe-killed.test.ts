import type Stripe from 'stripe';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { takePayer, tellPayer } from '../../billing-core/src/stripe/payer.ts';
import { MAKING } from '../../billing-core/test/stripe/story.ts';
import { Collecting } from './rig/collecting.ts';
import type { Mechanism } from './rig/taken-out.ts';
import { isFull, patience, report } from './size.ts';

// billing-core is killed after Stripe has made something and before it knows: at each call that
// makes something, and found again at once by its key, or days later by our id in its metadata.

const HELD_MS = 600_000;
const LATE_DAYS = 3;
const SETTLED = { timeout: 120_000, interval: 100 };
/** The first invoice of a customer; the others come once it is paid. */
const OF_THE_INVOICE = MAKING.filter((path) => !/credit_notes|refunds/.test(path));
type When = 'at once' | 'days later';

let all: Collecting;
afterEach(() => all.close());

const open = async (without?: Mechanism): Promise<void> => {
  all = await Collecting.open({ seed: 'killed', hasWebhook: false, ...(without && { without }) });
};

async function settle(): Promise<void> {
  await vi.waitFor(async () => {
    const said = await all.scene.core.sql`select said from stripe_queue where is_stuck`;
    expect([await all.left(), said]).toEqual([0, []]);
  }, SETTLED);
}

/** Days pass, for Stripe, which forgets keys, and for what core wrote down. */
async function daysLater(): Promise<void> {
  await all.control('/clock', { advance: LATE_DAYS * 86_400 });
  await all.scene.core.sql`update stripe_calls
    set attempted_at = attempted_at - make_interval(days => ${LATE_DAYS}),
        first_at = first_at - make_interval(days => ${LATE_DAYS})`;
}

/** From now on Stripe's answer to such a call is held back. Out: kills core when it is. */
async function armed(path: string, when: When): Promise<() => Promise<void>> {
  const rule = { fault: 'hang_reply', method: 'POST', path, times: 1, ms: HELD_MS };
  await all.control('/faults', rule);
  return async () => {
    await all.hit('hang_reply');
    await all.core.end('SIGKILL');
    await all.peace();
    if (when === 'days later') await daysLater();
    // Whoever died keeps what it was at for two minutes.
    await all.hurry();
    await all.core.start();
    await settle();
  };
}

async function card(customer: string): Promise<void> {
  const kit = all.kit();
  const { stripe_id } = await tellPayer(kit, customer);
  const { id } = await kit.stripe.paymentMethods.attach('pm_card_visa', { customer: stripe_id });
  const invoice_settings = { default_payment_method: id };
  await kit.stripe.customers.update(stripe_id, { invoice_settings });
  await takePayer(kit, stripe_id);
}

async function posted(path: string, body: object): Promise<string> {
  const answer = await all.scene.core.admin('POST', `/v1${path}`, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body['id'] as string;
}

async function invoiced(customer: string): Promise<string> {
  const lines = [700, 300].map((amount) => ({ description: 'Usage', amount: `${amount}` }));
  const invoice = await posted('/invoices', { customer_id: customer, lines });
  expect((await all.scene.core.admin('POST', `/v1/invoices/${invoice}/finalize`)).status).toBe(200);
  return invoice;
}

/** An invoice of a customer, what is credited of it and goes back; core dies at this call. */
async function story(path: string, when: When): Promise<{ customer: string; invoice: string }> {
  const customer = await all.scene.customer();
  // Whoever has a card is at Stripe already.
  const isNew = path === '/v1/customers';
  if (!isNew) await card(customer);
  const isFirst = OF_THE_INVOICE.includes(path);
  const diesFirst = isFirst ? await armed(path, when) : settle;
  const invoice = await invoiced(customer);
  await diesFirst();
  if (isNew) {
    await card(customer);
    const theirs = (await objects()).invoice.find(isOf('invoice', invoice));
    await all.stripe().invoices.pay(theirs?.id ?? '');
    await vi.waitFor(async () => {
      const { body } = await all.scene.core.admin('GET', `/v1/invoices/${invoice}`);
      expect(body['state']).toBe('paid');
    }, SETTLED);
  }
  const diesThen = isFirst ? settle : await armed(path, when);
  await posted(`/invoices/${invoice}/credit-notes`, { reason: 'Agreed', amount: '400' });
  await posted(`/invoices/${invoice}/payments`, { kind: 'refund', method: 'stripe' });
  await diesThen();
  return { customer, invoice };
}

type Objects = {
  customer: Stripe.Customer[];
  invoice: Stripe.Invoice[];
  line_item: Stripe.InvoiceLineItem[];
  credit_note: Stripe.CreditNote[];
  refund: Stripe.Refund[];
};
const objects = (): Promise<Objects> => all.objects<Objects>();
const isOf =
  (kind: string, id: string) =>
  ({ metadata }: { metadata?: Record<string, string> | null | undefined }): boolean =>
    metadata?.[`tollgate_${kind}`] === id;

/** How many of each there are at Stripe, by what Stripe has alone. */
async function counted({ customer, invoice }: { customer: string; invoice: string }) {
  const has = await objects();
  const invoices = has.invoice.filter(isOf('invoice', invoice));
  const ids = new Set(invoices.map(({ id }) => id));
  const ofIt = (each: { invoice?: unknown }): boolean => ids.has(each.invoice as string);
  return {
    customers: has.customer.filter(isOf('customer', customer)).length,
    invoices: invoices.map(({ status, total, amount_paid }) => [status, total, amount_paid]),
    lines: has.line_item.filter(ofIt).map(({ amount }) => amount),
    notes: has.credit_note.filter(ofIt).map(({ amount }) => amount),
    refunds: has.refund.map(({ amount }) => amount),
  };
}

const ONCE = {
  customers: 1,
  invoices: [['paid', 1_000, 1_000]],
  lines: [700, 300],
  notes: [400],
  refunds: [400],
};

const CASES = (['at once', 'days later'] as const).flatMap((when) =>
  MAKING.map((path) => [path, when] as const),
);
/** In `npm test` the call whose double would cost somebody money, both ways. */
const GUARD: readonly string[] = ['/v1/invoices', '/v1/refunds'];

describe('killed between Stripe’s commit and its own, and begun again', () => {
  test.each(CASES.filter(([path]) => isFull() || GUARD.includes(path)))(
    'at %s, %s: one object',
    { timeout: patience() },
    async (path, when) => {
      await open();
      expect(await counted(await story(path, when))).toEqual(ONCE);
      report(`one object after a kill at ${path}, ${when}`);
    },
  );
});

describe('the same is seen to go wrong', () => {
  test.each<[Mechanism, When]>([
    ['the idempotency keys', 'at once'],
    ['the look for what is there', 'days later'],
    ['the note before a call', 'days later'],
  ])('without %s', { timeout: patience() }, async (mechanism, when) => {
    await open(mechanism);
    expect((await counted(await story('/v1/refunds', when))).refunds).toEqual([400, 400]);
  });
});
