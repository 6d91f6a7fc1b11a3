import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import {
  collection,
  dispute,
  disputesQuery,
  type Collection,
  type Dispute,
} from '../contract/dispute.ts';
import { id } from '../contract/field.ts';
import { pageOf } from '../contract/page.ts';
import { numberText } from '../invoicing/model.ts';
import { invoiceById, type InvoiceRow } from '../invoicing/store.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import { isLive, type StripeSettings } from './client.ts';
import { refundableOf, refundsNow, troubleWith } from './collection-store.ts';
import { listDisputes, type DisputeRow } from './dispute-store.ts';
import { linkOf } from './store.ts';

const tags = ['Stripe'];

const ofInvoice = createRoute({
  method: 'get',
  path: '/invoices/{id}/collection',
  tags,
  summary: 'Get what of an invoice is at Stripe',
  description: 'Its state there, how far refunds are, and whether a bank asks its money back.',
  request: { params: z.object({ id: id('inv') }) },
  responses: { 200: json(collection), ...PROBLEMS },
});
const disputes = createRoute({
  method: 'get',
  path: '/disputes',
  tags,
  summary: 'List disputes',
  description: 'Payments that customers’ banks ask back, the newest first.',
  request: { query: disputesQuery },
  responses: { 200: json(pageOf(dispute)), ...PROBLEMS },
});

/** Where an owner of the account sees something; a local Stripe has no such place. */
const urlOf = ({ secretKey, apiBase }: StripeSettings, path: string): string | null =>
  apiBase === undefined
    ? `https://dashboard.stripe.com/${isLive(secretKey) ? '' : 'test/'}${path}`
    : null;

const shownDispute =
  (settings: StripeSettings | undefined) =>
  (row: DisputeRow): Dispute => ({
    id: row.stripe_id,
    customer: { id: row.customer_id, name: row.customer_name },
    invoice: { id: row.invoice_id, number: numberText(row.series, row.number) },
    currency: row.currency,
    amount: row.amount,
    reason: row.reason,
    state: row.state,
    status: row.status,
    evidence_due_by: row.closed_at === null ? (row.due_by?.toISOString() ?? null) : null,
    has_evidence: row.has_evidence,
    opened_at: row.opened_at.toISOString(),
    closed_at: row.closed_at?.toISOString() ?? null,
    payment_id: row.payment_id,
    url: settings === undefined ? null : urlOf(settings, `disputes/${row.stripe_id}`),
  });

/** Of one invoice: few are disputed twice. */
const OF_ONE_MAX = 20;

async function read(
  sql: Query,
  { id: invoice_id, customer_id }: InvoiceRow,
  settings: StripeSettings | undefined,
): Promise<Collection> {
  const link = await linkOf(sql, invoice_id);
  const rows = await listDisputes(sql, { limit: OF_ONE_MAX, invoice_id });
  const stripe = link && {
    id: link.stripe_id,
    status: link.status,
    failure: link.failure,
    hosted_url: link.hosted_url,
    url: settings === undefined ? null : urlOf(settings, `invoices/${link.stripe_id}`),
  };
  return {
    stripe: stripe ?? null,
    refundable: settings === undefined ? '0' : (await refundableOf(sql, invoice_id)).toString(),
    refunds: await refundsNow(sql, invoice_id),
    disputes: rows.map(shownDispute(settings)),
    trouble: await troubleWith(sql, customer_id),
  };
}

/** /v1/disputes and /v1/invoices/{id}/collection: what became of money at Stripe, for admins. */
export function collectionHttp(settings: StripeSettings | undefined): OpenAPIHono<Api> {
  const app = api();
  app.openapi(ofInvoice, async (c) => {
    const row = found(await invoiceById(c.var.query, c.req.valid('param').id), 'invoice');
    return c.json(await read(c.var.query, row, settings), 200);
  });
  app.openapi(disputes, async (c) => {
    const page = c.req.valid('query');
    const rows = await listDisputes(c.var.query, page);
    const key = (row: DisputeRow): string => `${row.seconds}.${row.stripe_id}`;
    return c.json(pageFrom(rows, { limit: page.limit, key, item: shownDispute(settings) }), 200);
  });
  return app;
}
