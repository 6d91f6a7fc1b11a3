import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { htmlOf } from '../../src/documents/html.ts';
import { creditNoteText, invoiceText } from '../../src/documents/layout.ts';
import { pdfOf } from '../../src/documents/pdf.ts';
import { monthInvoice, noted, paid } from './sample.ts';
import { pagesOf } from './read.ts';

const MARGIN = 50;
const RIGHT = 595.28 - MARGIN;

const read = async (text: Parameters<typeof pdfOf>[0]) => pagesOf(await pdfOf(text));
const all = (pages: Awaited<ReturnType<typeof read>>) => pages.map(({ text }) => text).join('\n');

/** Nothing stands outside of the margins, on any page. */
function expectInside(pages: Awaited<ReturnType<typeof read>>): void {
  for (const { pieces } of pages) {
    for (const { text, x, y, width } of pieces) {
      if (text.trim() === '') continue;
      expect([text, x >= MARGIN - 0.5, x + width <= RIGHT + 1]).toEqual([text, true, true]);
      expect([text, y > 0, y < 842 - MARGIN + 12]).toEqual([text, true, true]);
    }
  }
}

describe('an invoice as PDF', () => {
  test('says who, to whom, what for, the tax, what was paid and what is due', async () => {
    const pages = await read(
      invoiceText(paid(monthInvoice()), [
        {
          ...{ id: 'pay_1', invoice_id: 'inv_1', kind: 'payment', currency: 'USD', amount: '5000' },
          ...{ method: 'transfer', reference: '', received_at: '2027-06-03T00:00:00.000Z' },
          created_at: '2027-06-03T00:00:00.000Z',
        },
      ]),
    );
    const text = all(pages);
    for (const part of [
      'Invoice INV-000042',
      ...['Tollgate GmbH', 'Torstraße 1, Berlin', 'Acme Inc.', '1 Market St', 'DE123456789'],
      ...['1 June 2027', '15 June 2027', '1 May 2027'],
      ...['120,431 requests: 100,000 included', '$40.86'],
      ...['Subtotal', '$71.86', 'Spring', '-$7.18', 'VAT 19%', '$64.68', '$12.29', '$76.97'],
      ...['Payment, 3 June 2027, transfer', '-$50.00', 'Amount due (USD)', '$26.97'],
      ...['Thank you.', 'page 1 of 1'],
    ]) {
      expect(text).toContain(part);
    }
    expectInside(pages);
  });

  test('is the same bytes each time, whatever time it is', async () => {
    const hashes = await Promise.all(
      Array.from({ length: 3 }, async () =>
        createHash('sha256')
          .update(await pdfOf(invoiceText(monthInvoice(), [])))
          .digest('hex'),
      ),
    );
    expect(new Set(hashes).size).toBe(1);
    const bytes = Buffer.from(await pdfOf(invoiceText(monthInvoice(), []))).toString('latin1');
    expect(bytes).toContain('(D:20270601000000Z)');
  });

  test('of 200 lines goes over pages, each with its number and heads', async () => {
    const invoice = monthInvoice();
    const [line] = invoice.lines;
    if (line === undefined) throw new Error('no line');
    const lines = Array.from({ length: 200 }, (_, position) => ({
      ...line,
      position,
      description: `Line number ${position + 1}`,
    }));
    const pages = await read(invoiceText({ ...invoice, lines }, []));
    expect(pages.length).toBeGreaterThan(5);
    const text = all(pages);
    for (const { description } of lines) expect(text).toContain(description);
    pages.forEach((page, at) => {
      expect(page.text).toContain(`page ${at + 1} of ${pages.length}`);
    });
    const withLines = pages.filter((page) => page.text.includes('Line number'));
    for (const page of withLines) expect(page.text).toContain('Description');
    expectInside(pages);
  });

  test.each([
    ['JPY', '7697', '¥7,697'],
    ['KWD', '7697', '7.697'],
    ['HUF', '7697', '76.97'],
  ])('in %s has its minor units', async (currency, total, shown) => {
    const text = all(await read(invoiceText({ ...monthInvoice(), currency, total }, [])));
    expect(text).toContain(shown);
  });

  test.each([
    ['a very long name', 'Rechtsanwaltsgesellschaft '.repeat(7)],
    ['a very long word', 'Donaudampfschifffahrtsgesellschaft'.repeat(6)],
    ['Hebrew', 'חברת הדוגמה בע״מ (ישראל) 42'],
    ['Arabic', 'شركة المثال المحدودة 2027'],
    ['Chinese', '株式会社例示 上海示例有限公司'],
    ['Korean', '주식회사 예시'],
    ['many scripts and an emoji', 'Ünïcode Ελλάδα Жук ไทย अ 👍 ₿'],
  ])('with %s shows all of it within its margins', async (_what, name) => {
    const invoice = monthInvoice();
    const pages = await read(invoiceText({ ...invoice, customer: { id: 'cus_1', name } }, []));
    expectInside(pages);
    const signs = (text: string): string =>
      [...text.normalize('NFKC').replaceAll(/\s|[()]/gu, '')].toSorted().join('');
    const text = signs(all(pages));
    for (const sign of new Set(signs(name))) expect(text).toContain(sign);
  });

  test('shows what cannot be shown as missing, and drops what is not seen', async () => {
    const lines = monthInvoice().lines.map((line) => ({
      ...line,
      description: `a\u0000b\u{10ffff}c\u202ed`,
    }));
    const text = all(await read(invoiceText({ ...monthInvoice(), lines }, [])));
    expect(text).toContain('ab\ufffdcd');
  });
});

test('a credit note says which invoice it is of, why, and where it went', async () => {
  const { note, invoice } = noted(monthInvoice());
  const text = all(await read(creditNoteText(note, invoice)));
  for (const part of [
    ...['Credit note CN-000007', 'INV-000042', 'An outage', '$11.90', '$1.90'],
    ...['To your credit', '$4.00', 'To be refunded', '$7.90', 'Pro: Flat fee'],
  ]) {
    expect(text).toContain(part);
  }
});

test('the page says the same, and nothing in it is markup that somebody wrote', () => {
  const evil = '<script>alert(1)</script>"&\'';
  const invoice = { ...monthInvoice(), customer: { id: 'cus_1', name: evil }, note: evil };
  const html = htmlOf(invoiceText(invoice, []));
  expect(html).not.toContain('<script');
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;');
  for (const part of ['INV-000042', '$76.97', 'VAT 19%', '@media print', 'Torstraße 1, Berlin']) {
    expect(html).toContain(part);
  }
});
