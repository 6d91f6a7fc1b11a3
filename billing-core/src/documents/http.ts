import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import { creditedInvoice } from '../invoicing/credit-store.ts';
import { logoOf } from '../invoicing/final-store.ts';
import { readInvoice } from '../invoicing/http.ts';
import { sentInvoices } from '../invoicing/store.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { api, PROBLEMS, type Api, type ApiContext } from '../kit/http.ts';
import { shownPayments } from '../payments/store.ts';
import { htmlOf } from './html.ts';
import { creditNoteText, invoiceText, type DocumentText } from './layout.ts';
import type { Press } from './press.ts';

type Kind = 'pdf' | 'html';
const TYPES = { pdf: 'application/pdf', html: 'text/html; charset=utf-8' } as const;
/** A page of its own: nothing in it runs, and nothing is loaded; its logo is in it. */
const CSP = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'";

const answers = (kind: Kind) => ({
  200: {
    description: kind === 'pdf' ? 'The PDF' : 'The page',
    content: { [TYPES[kind].split(';')[0] ?? '']: { schema: z.string() } },
  },
  ...PROBLEMS,
});
const of = (tags: string[], kind: Kind, path: string) => ({
  method: 'get' as const,
  path: `${path}/${kind}`,
  tags,
  summary: `Get ${path.includes('credit') ? 'a credit note' : 'an invoice'} as ${kind}`,
  description: 'The same document is the same bytes, while nothing is paid or credited.',
  responses: answers(kind),
});

/** The invoice of a customer, of any where none is given, with what was paid of it. */
async function invoiceDocument(
  sql: Query,
  invoiceId: string,
  customerId?: string,
): Promise<DocumentText> {
  const invoice = await readInvoice(sql, invoiceId, customerId);
  return withLogo(sql, invoiceId, invoiceText(invoice, await shownPayments(sql, invoiceId)));
}

/** A document of an invoice with the logo that this one was sent with. */
async function withLogo(sql: Query, invoiceId: string, text: DocumentText): Promise<DocumentText> {
  const logo = await logoOf(sql, invoiceId);
  if (logo === undefined) return text;
  return { ...text, logo: { type: logo.type, base64: logo.bytes.toString('base64') } };
}

async function noteDocument(
  sql: Query,
  noteId: string,
  customerId?: string,
): Promise<DocumentText> {
  const invoiceId = found(await creditedInvoice(sql, noteId, customerId), 'credit note');
  const invoice = await readInvoice(sql, invoiceId, customerId);
  const note = invoice.credit_notes.find((one) => one.id === noteId);
  return withLogo(sql, invoiceId, creditNoteText(found(note, 'credit note'), invoice));
}

/** Every document that the customer was sent, one after another. */
export async function* documentsOf(sql: Query, customerId: string): AsyncGenerator<DocumentText> {
  for (const invoiceId of await sentInvoices(sql, customerId)) {
    const invoice = await readInvoice(sql, invoiceId, customerId);
    yield withLogo(sql, invoiceId, invoiceText(invoice, await shownPayments(sql, invoiceId)));
    for (const note of invoice.credit_notes) {
      yield withLogo(sql, invoiceId, creditNoteText(note, invoice));
    }
  }
}

type Answer = { kind: Kind; press: Press };

async function answer(
  c: ApiContext,
  { kind, press }: Answer,
  text: DocumentText,
): Promise<Response> {
  const name = `${text.number.replaceAll(/[^A-Za-z0-9-]/g, '_')}.${kind}`;
  const headers = {
    'content-type': TYPES[kind],
    'content-disposition': `${kind === 'pdf' ? 'attachment' : 'inline'}; filename="${name}"`,
    'content-security-policy': CSP,
    'x-content-type-options': 'nosniff',
  };
  if (kind === 'html') return c.body(htmlOf(text), 200, headers);
  return c.body(await press.print(text), 200, headers);
}

const KINDS: readonly Kind[] = ['pdf', 'html'];

/** /v1/invoices/{id}/pdf, …/html, and the same of credit notes. */
export function documentsHttp(press: Press): OpenAPIHono<Api> {
  const app = api();
  for (const kind of KINDS) {
    const invoice = createRoute({
      ...of(['Invoices'], kind, '/invoices/{id}'),
      request: { params: z.object({ id: id('inv') }) },
    });
    app.openapi(invoice, async (c) =>
      answer(c, { kind, press }, await invoiceDocument(c.var.query, c.req.valid('param').id)),
    );
    const note = createRoute({
      ...of(['Invoices'], kind, '/credit-notes/{id}'),
      request: { params: z.object({ id: id('crn') }) },
    });
    app.openapi(note, async (c) =>
      answer(c, { kind, press }, await noteDocument(c.var.query, c.req.valid('param').id)),
    );
  }
  return app;
}

/** The same of a customer's own, under /portal/v1/customers/{customer_id}. */
export function portalDocumentsHttp(press: Press): OpenAPIHono<Api> {
  const app = api();
  for (const kind of KINDS) {
    const invoice = createRoute({
      ...of(['Portal'], kind, '/invoices/{invoice_id}'),
      request: { params: z.object({ invoice_id: id('inv') }) },
    });
    app.openapi(invoice, async (c) => {
      const { invoice_id } = c.req.valid('param');
      return answer(
        c,
        { kind, press },
        await invoiceDocument(c.var.query, invoice_id, c.var.customer.id),
      );
    });
    const note = createRoute({
      ...of(['Portal'], kind, '/credit-notes/{credit_note_id}'),
      request: { params: z.object({ credit_note_id: id('crn') }) },
    });
    app.openapi(note, async (c) => {
      const { credit_note_id } = c.req.valid('param');
      return answer(
        c,
        { kind, press },
        await noteDocument(c.var.query, credit_note_id, c.var.customer.id),
      );
    });
  }
  return app;
}
