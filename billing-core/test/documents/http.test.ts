import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { customerWith, openCore, person, type Core, type Person } from '../../src/test/core.ts';
import { pagesOf } from './read.ts';

let core: Core;
let ann: Person;
let customer: string;
let invoice: Invoice;
let note: string;
beforeAll(async () => {
  core = await openCore();
  ann = await person(core);
  customer = (await customerWith(core, { viewer: ann })).id;
  await patch({ billing_address: '1 Market St\nSan Francisco', tax_number: 'US-77' });
  const lines = [{ description: 'Setup', amount: '5000' }];
  const { id } = (await core.admin('POST', '/v1/invoices', { customer_id: customer, lines })).body;
  await patch({ tax_number: 'US-78' });
  await core.admin('POST', `/v1/invoices/${id}/finalize`);
  const credit = { reason: 'Agreed', amount: '700' };
  const credited = await core.admin('POST', `/v1/invoices/${id}/credit-notes`, credit);
  invoice = credited.body as unknown as Invoice;
  note = invoice.credit_notes[0]?.id ?? '';
});
afterAll(() => core.close());

const patch = (change: object) => core.admin('PATCH', `/v1/customers/${customer}`, change);
async function fetched(path: string, who: 'admin' | Person): Promise<Response> {
  const token = who === 'admin' ? `Bearer ${await core.mint(['admin'])}` : undefined;
  const headers = token ? { authorization: token } : { cookie: (who as Person).cookie };
  return core.app.request(
    path,
    { headers },
    { incoming: { socket: { remoteAddress: '10.9.9.9' } } },
  );
}
async function textOf(answer: Response): Promise<string> {
  const pages = await pagesOf(new Uint8Array(await answer.arrayBuffer()));
  return pages.map(({ text }) => text).join('\n');
}

describe('documents', () => {
  test('have the customer’s address and tax number as they were at finalisation', async () => {
    expect(invoice).toMatchObject({ billing_address: '1 Market St\nSan Francisco' });
    expect(invoice.tax_number).toBe('US-78');
    await patch({ tax_number: 'US-99', billing_address: 'Elsewhere' });
    const text = await textOf(await fetched(`/v1/invoices/${invoice.id}/pdf`, 'admin'));
    expect(text).toContain('San Francisco');
    expect(text).toContain('US-78');
    expect(text).toContain('-$7.00');
  });

  test('are files named by their number, or pages in which nothing runs', async () => {
    const pdf = await fetched(`/v1/invoices/${invoice.id}/pdf`, 'admin');
    expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    const file = `attachment; filename="${invoice.number}.pdf"`;
    expect(pdf.headers.get('content-disposition')).toBe(file);
    const html = await fetched(`/v1/invoices/${invoice.id}/html`, 'admin');
    expect(html.headers.get('content-type')).toMatch(/^text\/html/);
    expect(html.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(await html.text()).toContain(invoice.number);
    const of = await fetched(`/v1/credit-notes/${note}/pdf`, 'admin');
    expect(of.headers.get('content-disposition')).toMatch(/filename="CN-000001\.pdf"/);
    expect(await textOf(of)).toContain('Credit note CN-000001');
  });

  test('are the same bytes for whoever may have them', async () => {
    const base = `/portal/v1/customers/${customer}`;
    for (const path of [`/invoices/${invoice.id}/pdf`, `/credit-notes/${note}/pdf`]) {
      const [hers, ours] = [
        await fetched(`${base}${path}`, ann),
        await fetched(`/v1${path}`, 'admin'),
      ];
      expect(hers.status).toBe(200);
      expect(
        Buffer.from(await hers.arrayBuffer()).equals(Buffer.from(await ours.arrayBuffer())),
      ).toBe(true);
    }
  });

  test('of drafts are for admins alone, and say that they have no number', async () => {
    const lines = [{ description: 'Later', amount: '5' }];
    const { id } = (await core.admin('POST', '/v1/invoices', { customer_id: customer, lines }))
      .body;
    const text = await textOf(await fetched(`/v1/invoices/${id}/pdf`, 'admin'));
    expect(text).toContain('none yet');
    const portal = `/portal/v1/customers/${customer}/invoices/${id}/pdf`;
    expect((await fetched(portal, ann)).status).toBe(404);
  });

  test.each([
    ['/v1/invoices/inv_000000000000000000000000/pdf', 404],
    ['/v1/credit-notes/crn_000000000000000000000000/html', 404],
    ['/v1/invoices/x/pdf', 400],
    ['/v1/credit-notes/%00/pdf', 400],
  ])('%s: %i', async (path, status) => {
    expect((await fetched(path, 'admin')).status).toBe(status);
  });

  test.each([
    [{ billing_address: 'x'.repeat(1001) }],
    [{ billing_address: 'a\u0000b' }],
    [{ tax_number: 'x'.repeat(61) }],
    [{ tax_number: 'a\nb' }],
    [{ tax_number: 7 }],
  ])('no customer has %j', async (change) => {
    expect((await patch(change)).body['code']).toBe('invalid_request');
  });
});
