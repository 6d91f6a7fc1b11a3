import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Collection } from '../../src/contract/collector.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { customerWith, person, type Answer, type Person } from '../../src/test/core.ts';
import { giveCard, openRig, type Rig } from './rig.ts';

// What a member of a customer asks of the collector, through the portal's API.

let rig: Rig;
let owner: Person;
let viewer: Person;
let customer: string;
/** Of the customer, and declined. */
let owed: Invoice;
/** Of somebody else. */
let others: Invoice;

beforeAll(async () => {
  rig = await openRig('pages');
  [owner, viewer] = [await person(rig.core), await person(rig.core)];
  customer = (await customerWith(rig.core, { owner, viewer })).id;
  await giveCard(rig, { id: customer, card: 'pm_card_chargeCustomerFail' });
  owed = await rig.invoice(customer);
  others = await rig.invoice(await rig.customer());
  await rig.settle();
});
afterAll(() => rig.close());

type Call = [method: string, path: string, body?: unknown];
const ask = (who: Person, [method, path, body]: Call): Promise<Answer> =>
  who.call(method, `/portal/v1/customers/${customer}${path}`, body);

const draft = async (): Promise<string> => {
  const lines = [{ description: 'Later', amount: '1' }];
  const made = await rig.core.admin('POST', '/v1/invoices', { customer_id: customer, lines });
  return made.body['id'] as string;
};
const UNKNOWN = `inv_${'0'.repeat(24)}`;

describe('what came of collecting an invoice', () => {
  const of = (id: string): Call => ['GET', `/invoices/${id}/collection`];

  test('is why the card was declined, in Stripe’s words, for whoever may read it', async () => {
    for (const who of [owner, viewer]) {
      const { status, body } = await ask(who, of(owed.id));
      expect([status, body as Collection]).toEqual([200, { failure: 'Your card was declined.' }]);
    }
  });

  test('is nothing once it is paid, and of one that Stripe was not told of', async () => {
    const other = (await customerWith(rig.core, { owner })).id;
    await giveCard(rig, { id: other, card: 'pm_card_visa' });
    const path = (id: string) => `/portal/v1/customers/${other}/invoices/${id}/collection`;
    const paid = await rig.invoice(other);
    expect((await owner.call('GET', path(paid.id))).body).toEqual({ failure: null });
    await rig.settle();
    expect((await rig.read(paid.id)).state).toBe('paid');
    expect((await owner.call('GET', path(paid.id))).body).toEqual({ failure: null });
  });

  test.each<[string, () => Promise<string> | string, number]>([
    ['somebody else’s', () => others.id, 404],
    ['none', () => UNKNOWN, 404],
    ['a draft', draft, 404],
    ['no id', () => 'x', 400],
    ['an id of something else', () => customer, 400],
  ])('of %s is not told', async (_what, id, status) => {
    expect((await ask(owner, of(await id()))).status).toBe(status);
  });
});

describe('a page of Stripe’s', () => {
  test.each(['card', 'account'])('for the %s has an address, also twice', async (page) => {
    for (let times = 0; times < 2; times++) {
      const { status, body } = await ask(owner, ['POST', '/payment-pages', { page }]);
      expect([status, new URL(body['url']).hostname]).toEqual([201, '127.0.0.1']);
    }
  });

  test('on which one invoice is paid is that of this invoice', async () => {
    const wanted = { page: 'invoice', invoice_id: owed.id };
    const { status, body } = await ask(owner, ['POST', '/payment-pages', wanted]);
    expect(status).toBe(201);
    expect(await (await fetch(body['url'])).text()).toContain(owed.number ?? 'a number');
  });

  test.each<[string, unknown, number]>([
    ['nothing', undefined, 400],
    ['an empty object', {}, 400],
    ['a list', [], 400],
    ['a page that is none', { page: 'vault' }, 400],
    ['a number for a page', { page: 1 }, 400],
    ['something beside it', { page: 'card', invoice_id: UNKNOWN }, 400],
    ['an invoice without an id', { page: 'invoice' }, 400],
    ['an id with NUL', { page: 'invoice', invoice_id: 'inv_\u0000' }, 400],
    ['an invoice that is none', { page: 'invoice', invoice_id: UNKNOWN }, 404],
  ])('asked for with %s is refused', async (_what, body, status) => {
    expect((await ask(owner, ['POST', '/payment-pages', body])).status).toBe(status);
  });

  test('of somebody else’s invoice is not given', async () => {
    const wanted = { page: 'invoice', invoice_id: others.id };
    expect((await ask(owner, ['POST', '/payment-pages', wanted])).status).toBe(404);
  });
});

describe('to pay now', () => {
  test('with a card that is declined says so, and nothing is paid', async () => {
    const { status, body } = await ask(owner, ['POST', `/invoices/${owed.id}/charge`]);
    expect([status, body['code'], body['detail']]).toEqual([
      409,
      'state_conflict',
      'Your card was declined.',
    ]);
    expect(await rig.payments(owed.id)).toEqual([]);
  });

  test.each<[string, () => string, number]>([
    ['somebody else’s', () => others.id, 404],
    ['none', () => UNKNOWN, 404],
  ])('%s is refused', async (_what, id, status) => {
    expect((await ask(owner, ['POST', `/invoices/${id()}/charge`])).status).toBe(status);
  });

  test('while Stripe is away is to be asked again, and was not paid', async () => {
    rig.fault({ fault: 'unavailable', method: 'POST', path: '/v1/invoices/:id/pay' });
    const answer = await ask(owner, ['POST', `/invoices/${owed.id}/charge`]);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await rig.payments(owed.id)).toEqual([]);
  });

  test('pays once, also when it is asked for twice at once', async () => {
    await giveCard(rig, { id: customer, card: 'pm_card_visa' });
    const pay: Call = ['POST', `/invoices/${owed.id}/charge`];
    const statuses = (await Promise.all([ask(owner, pay), ask(owner, pay)])).map(
      ({ status }) => status,
    );
    expect(statuses).toContain(204);
    expect(await rig.payments(owed.id)).toMatchObject([{ amount: '1000', method: 'stripe' }]);
    expect((await rig.read(owed.id)).state).toBe('paid');
  });
});

describe('who may not pay', () => {
  test.each<Call>([
    ['POST', '/payment-pages', { page: 'card' }],
    ['POST', '/payment-pages', { page: 'account' }],
  ])('%s %s is refused to a viewer', async (...call) => {
    expect((await ask(viewer, call)).status).toBe(403);
  });

  test('a viewer does not charge, and a stranger sees nothing', async () => {
    const charge: Call = ['POST', `/invoices/${owed.id}/charge`];
    expect((await ask(viewer, charge)).status).toBe(403);
    const stranger = await person(rig.core);
    const calls: Call[] = [
      charge,
      ['GET', '/collector'],
      ['GET', `/invoices/${owed.id}/collection`],
      ['POST', '/payment-pages', { page: 'card' }],
    ];
    for (const call of calls) expect((await ask(stranger, call)).status).toBe(404);
  });
});
