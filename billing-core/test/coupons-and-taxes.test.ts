import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { couponsHttp, taxRatesHttp } from '../src/catalog/terms-http.ts';
import type { Coupon, CustomerCoupon } from '../src/contract/coupon.ts';
import type { Page } from '../src/contract/page.ts';
import type { TaxRate } from '../src/contract/tax-rate.ts';
import { customerTermsHttp } from '../src/customers/terms-http.ts';
import { newId } from '../src/kit/id.ts';
import { expectRefused, invalid, NO_BODIES } from './refused.ts';
import { openSurface, seedCustomer, type Surface } from './surface.ts';

let surface: Surface;
let customer: { id: string };
let count = 0;

beforeAll(async () => {
  const routers = couponsHttp().route('/', taxRatesHttp()).route('/', customerTermsHttp());
  surface = await openSurface({ '/v1': routers });
});
afterAll(async () => surface.close());
beforeEach(async () => {
  customer = await seedCustomer(surface);
});

const slug = (): string => `c-${(count += 1)}`;
async function coupon(over: object = { percent_off: '12.5' }): Promise<Coupon> {
  const body = { slug: slug(), name: 'Spring', ...over };
  const { status, body: made } = await surface.send<Coupon>('POST', '/v1/coupons', body);
  expect({ status, made }).toMatchObject({ status: 201 });
  return made;
}
async function taxRate(over: object = {}): Promise<TaxRate> {
  const body = { name: 'VAT', percent: '19', ...over };
  const { status, body: made } = await surface.send<TaxRate>('POST', '/v1/tax-rates', body);
  expect({ status, made }).toMatchObject({ status: 201 });
  return made;
}
const of = (what: string): string => `/v1/customers/${customer.id}/${what}`;
const give = (couponId: string) =>
  surface.send<CustomerCoupon>('POST', of('coupons'), { coupon_id: couponId });
const tax = (...ids: string[]) =>
  surface.send<{ data: TaxRate[] }>('PUT', of('tax-rates'), { tax_rate_ids: ids });
const archive = (path: string) => surface.send('POST', `${path}/archive`);
const conflict = { status: 409, code: 'state_conflict' } as const;

describe('a coupon', () => {
  test.each([
    ['a percentage', { percent_off: '12.5' }, { percent_off: '12.5', amount_off: null }],
    ['all of it', { percent_off: '100' }, { percent_off: '100' }],
    ['yen', { amount_off: '500', currency: 'JPY' }, { amount_off: '500', currency: 'JPY' }],
    ['the largest amount', { amount_off: '9'.repeat(18), currency: 'KWD' }, { currency: 'KWD' }],
    ['three invoices', { percent_off: '1', invoices: 3 }, { invoices: 3 }],
  ])('of %s is given back as it was written', async (_name, over, kept) => {
    const made = await coupon(over);
    expect(made).toMatchObject({ name: 'Spring', state: 'active', redemptions: 0, ...kept });
    const read = await surface.send<Coupon>('GET', `/v1/coupons/${made.id}`);
    expect(read.body).toEqual(made);
    const { body } = await surface.send<Page<Coupon>>('GET', '/v1/coupons?limit=100');
    expect(body.data).toContainEqual(made);
  });

  test('is given once, counted, taken away, and can be given again', async () => {
    const { id } = await coupon();
    const held = await give(id);
    expect(held).toMatchObject({ status: 201, body: { coupon: { id, redemptions: 1 } } });
    expect(await give(id)).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    const path = `/v1/customer-coupons/${held.body.id}`;
    expect((await surface.send('DELETE', path)).status).toBe(204);
    await expectRefused(surface, {
      ...{ name: 'again', method: 'DELETE', path },
      ...{ status: 404, code: 'not_found' },
    });
    expect((await give(id)).status).toBe(201);
    const all = await surface.send<{ data: CustomerCoupon[] }>('GET', of('coupons'));
    const open = all.body.data.map(({ ended_at }) => ended_at === null);
    expect(open.toSorted()).toEqual([false, true]);
  });

  test('of many that redeem the last one at once, one gets it', async () => {
    const { id } = await coupon({ percent_off: '5', redemptions_max: 1 });
    const customers = await Promise.all(Array.from({ length: 5 }, () => seedCustomer(surface)));
    const answers = await Promise.all(
      customers.map((one) =>
        surface.send('POST', `/v1/customers/${one.id}/coupons`, { coupon_id: id }),
      ),
    );
    const seen = answers.map(({ status }) => status).toSorted();
    expect(seen).toEqual([201, 409, 409, 409, 409]);
  });

  test.each([
    ['is archived', {}, true],
    ['is over', { redeem_by: '2020-01-01T00:00:00Z' }, false],
    ['is in another currency', { percent_off: null, amount_off: '1', currency: 'EUR' }, false],
  ])('that %s is not given', async (name, over, archived) => {
    const { id } = await coupon({ percent_off: '5', ...over });
    if (archived) await archive(`/v1/coupons/${id}`);
    const post = { name, method: 'POST', path: of('coupons'), body: { coupon_id: id } };
    await expectRefused(surface, { ...post, ...conflict });
  });

  test('keeps its terms, whoever asks; its name can change', async () => {
    const { id, ...made } = await coupon();
    const renamed = await surface.send<Coupon>('PATCH', `/v1/coupons/${id}`, { name: 'Summer' });
    expect(renamed.body).toEqual({ id, ...made, name: 'Summer' });
    const { sql } = surface;
    for (const statement of [
      sql`update coupons set percent_off = 50 where id = ${id}`,
      sql`delete from coupons where id = ${id}`,
    ]) {
      await expect(statement).rejects.toMatchObject({ code: '23000' });
    }
  });
});

describe('a tax rate', () => {
  test.each([
    ['on top', { percent: '19' }, { percent: '19', inclusive: false }],
    ['in prices', { percent: '7.7', inclusive: true }, { percent: '7.7', inclusive: true }],
    ['of nothing', { percent: '0' }, { percent: '0' }],
  ])('%s is given back as it was written', async (_name, over, kept) => {
    const made = await taxRate(over);
    expect(made).toMatchObject({ name: 'VAT', state: 'active', ...kept });
    expect((await surface.send<TaxRate>('GET', `/v1/tax-rates/${made.id}`)).body).toEqual(made);
  });

  test('of a customer keep their order, and are replaced as a whole', async () => {
    const [one, other] = [await taxRate(), await taxRate({ name: 'City', percent: '1.5' })];
    const order = async () =>
      (await surface.send<{ data: TaxRate[] }>('GET', of('tax-rates'))).body.data.map(
        ({ id }) => id,
      );
    expect((await tax(other.id, one.id)).status).toBe(200);
    expect(await order()).toEqual([other.id, one.id]);
    await archive(`/v1/tax-rates/${other.id}`);
    await tax(one.id, other.id);
    expect(await order()).toEqual([one.id, other.id]);
    await tax();
    expect(await order()).toEqual([]);
    const again = { method: 'PUT', path: of('tax-rates'), body: { tax_rate_ids: [other.id] } };
    await expectRefused(surface, { name: '', ...again, ...invalid, at: 'tax_rate_ids.0' });
    const audits = await surface.sql<{ detail: unknown }[]>`
      select detail from audit_entries where subject_id = ${customer.id} order by at desc limit 1`;
    expect(audits[0]?.detail).toEqual({
      before: { tax_rate_ids: [one.id, other.id] },
      after: { tax_rate_ids: [] },
    });
  });
});

describe('refused is', () => {
  test.each(NO_BODIES)('a body of $name', async ({ name, body, headers, refusal }) => {
    const rows = [
      ['POST', '/v1/coupons'],
      ['POST', '/v1/tax-rates'],
      ['POST', of('coupons')],
      ['PUT', of('tax-rates')],
    ] as const;
    for (const [method, path] of rows) {
      const request = { name, method, path, body, ...(headers && { headers }) };
      await expectRefused(surface, { ...request, ...refusal });
    }
  });

  test.each([
    ['nothing off', { percent_off: '0' }, 'percent_off'],
    ['0.000 off', { percent_off: '0.000' }, 'percent_off'],
    ['over 100 % off', { percent_off: '100.1' }, 'percent_off'],
    ['a percentage as number', { percent_off: 10 }, 'percent_off'],
    ['neither', {}, 'percent_off'],
    ['both', { percent_off: '1', amount_off: '1', currency: 'USD' }, 'percent_off'],
    ['half a cent off', { amount_off: '0.5', currency: 'USD' }, 'amount_off'],
    ['an amount below zero', { amount_off: '-1', currency: 'USD' }, 'amount_off'],
    ['an amount of no currency', { amount_off: '1' }, 'currency'],
    ['an amount of gold', { amount_off: '1', currency: 'XXX' }, 'currency'],
    ['a percentage of a currency', { percent_off: '1', currency: 'USD' }, 'currency'],
    ['no invoice', { percent_off: '1', invoices: 0 }, 'invoices'],
    ['half an invoice', { percent_off: '1', invoices: 0.5 }, 'invoices'],
    ['a slug with capitals', { percent_off: '1', slug: 'SPRING' }, 'slug'],
    ['a name with an override', { percent_off: '1', name: 'a\u202eb' }, 'name'],
    ['an end that is no time', { percent_off: '1', redeem_by: 'soon' }, 'redeem_by'],
  ])('a coupon of %s', async (name, over, at) => {
    const body = { slug: slug(), name: 'x', ...over };
    await expectRefused(surface, {
      name,
      method: 'POST',
      path: '/v1/coupons',
      body,
      ...invalid,
      at,
    });
  });

  test.each([
    ['more than all', { percent: '101' }, 'percent'],
    ['less than nothing', { percent: '-1' }, 'percent'],
    ['a sign', { percent: '19%' }, 'percent'],
    ['a comma', { percent: '19,5' }, 'percent'],
    ['a word for yes', { percent: '19', inclusive: 'yes' }, 'inclusive'],
  ])('a tax rate of %s', async (name, over, at) => {
    const body = { name: 'VAT', ...over };
    const post = { name, method: 'POST', path: '/v1/tax-rates', body };
    await expectRefused(surface, { ...post, ...invalid, at });
  });

  test.each([
    ['on top', false],
    ['within prices', true],
  ])('more than 100 % of taxes %s', async (_name, inclusive) => {
    const whole = await taxRate({ percent: '100', inclusive });
    const more = await taxRate({ percent: '0.0001', inclusive });
    const other = await taxRate({ percent: '100', inclusive: !inclusive });
    const body = { tax_rate_ids: [whole.id, more.id] };
    const put = { name: '', method: 'PUT', path: of('tax-rates'), body };
    await expectRefused(surface, { ...put, ...invalid, at: 'tax_rate_ids' });
    expect((await tax(whole.id, other.id)).status).toBe(200);
    await tax();
  });

  test('what is not there, and one tax twice', async () => {
    const { id } = await taxRate();
    const put = { name: '', method: 'PUT', path: of('tax-rates'), ...invalid };
    await expectRefused(surface, { ...put, body: { tax_rate_ids: [id, id] }, at: 'tax_rate_ids' });
    const gone = { tax_rate_ids: [newId('txr', 0)] };
    await expectRefused(surface, { ...put, body: gone, at: 'tax_rate_ids.0' });
    const absent = { name: '', status: 404, code: 'not_found' };
    const nobody = `/v1/customers/${newId('cus', 0)}`;
    const body = { coupon_id: newId('cpn', 0) };
    await expectRefused(surface, { ...absent, method: 'POST', path: of('coupons'), body });
    await expectRefused(surface, { ...absent, method: 'GET', path: `${nobody}/coupons` });
    await expectRefused(surface, { ...absent, method: 'GET', path: `${nobody}/tax-rates` });
    await expectRefused(surface, {
      ...absent,
      method: 'GET',
      path: `/v1/coupons/${body.coupon_id}`,
    });
  });
});
