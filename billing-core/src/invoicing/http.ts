import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { id } from '../contract/field.ts';
import {
  billingSettings as settingsSchema,
  invoice,
  finalizeQuery,
  invoicesQuery,
  invoiceSummary,
  newCreditNote,
  newInvoice,
  newSetOff,
  type Invoice,
} from '../contract/invoice.ts';
import { pageOf } from '../contract/page.ts';
import { atTimeOf } from '../customers/clock.ts';
import { audit } from '../kit/audit.ts';
import type { Query } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { api, json, jsonBody, PROBLEMS, type Api } from '../kit/http.ts';
import { pageFrom } from '../kit/page.ts';
import {
  creditInvoice,
  discardDraft,
  draftInvoice,
  endInvoice,
  finalizeInvoice,
} from './actions.ts';
import { largestOn, noObjection, type Objection } from './collectable.ts';
import { notesOf } from './credit-store.ts';
import { dunningOf, shownDunning, stepsOf } from './dunning-store.ts';
import { balancesOf } from './final-store.ts';
import { finalisation } from './model.ts';
import { setOffCredit } from './set-off.ts';
import { billingSettings, updateSettings } from './settings-store.ts';
import { shownInvoice, shownSummary } from './shown.ts';
import { invoiceById, linesOf, listInvoices } from './store.ts';

const tags = ['Invoices'];
const params = z.object({ id: id('inv') });
const answer = { 200: json(invoice), ...PROBLEMS };

const list = createRoute({
  method: 'get',
  path: '/invoices',
  tags,
  summary: 'List invoices',
  request: { query: invoicesQuery },
  responses: { 200: json(pageOf(invoiceSummary)), ...PROBLEMS },
});
const create = createRoute({
  method: 'post',
  path: '/invoices',
  tags,
  summary: 'Draft an invoice',
  description:
    'Of lines of your own; the customer’s coupons and taxes are added. It has no number.',
  request: jsonBody(newInvoice),
  responses: { 201: json(invoice, 'Created'), ...PROBLEMS },
});
const get = createRoute({
  method: 'get',
  path: '/invoices/{id}',
  tags,
  summary: 'Get an invoice',
  request: { params },
  responses: answer,
});
const discard = createRoute({
  method: 'delete',
  path: '/invoices/{id}',
  tags,
  summary: 'Discard a draft',
  request: { params },
  responses: { 204: { description: 'Discarded' }, ...PROBLEMS },
});
const finalize = createRoute({
  method: 'post',
  path: '/invoices/{id}/finalize',
  tags,
  summary: 'Finalize an invoice',
  description:
    'It gets the next number and stays as it is from then on. One that whoever collects cannot ' +
    'take is refused (409 `not_collectable`), unless `uncollected` says that it is to be paid ' +
    'another way.',
  request: { params, query: finalizeQuery },
  responses: answer,
});
const end = (state: 'void' | 'uncollectible', description: string) =>
  createRoute({
    method: 'post',
    path: `/invoices/{id}/${state}`,
    tags,
    summary: `Mark an invoice ${state}`,
    description,
    request: { params },
    responses: answer,
  });
const voided = end('void', 'It should not have been. What it billed does not come again.');
const uncollectible = end('uncollectible', 'Nobody will pay it; money that comes is still taken.');
const credit = createRoute({
  method: 'post',
  path: '/invoices/{id}/credit-notes',
  tags,
  summary: 'Credit an invoice',
  description: 'All that is left of it, an amount (with tax), or amounts of its lines.',
  request: { params, ...jsonBody(newCreditNote) },
  responses: { 201: json(invoice, 'Created'), ...PROBLEMS },
});
const setOff = createRoute({
  method: 'post',
  path: '/invoices/{id}/set-off',
  tags,
  summary: 'Set off credit against an invoice',
  description: 'What the customer has to its credit, against an invoice that is to be paid.',
  request: { params, ...jsonBody(newSetOff) },
  responses: answer,
});
const getSettings = createRoute({
  method: 'get',
  path: '/billing-settings',
  tags,
  summary: 'Get the settings of invoices',
  responses: { 200: json(settingsSchema), ...PROBLEMS },
});
const putSettings = createRoute({
  method: 'put',
  path: '/billing-settings',
  tags,
  summary: 'Replace the settings of invoices',
  description: 'They hold for invoices that are finalized from now on.',
  request: jsonBody(settingsSchema),
  responses: { 200: json(settingsSchema), ...PROBLEMS },
});

/** An invoice with its lines and credit notes; of this customer only, where one is given. */
export async function readInvoice(sql: Query, id: string, customerId?: string): Promise<Invoice> {
  const row = await invoiceById(sql, id);
  const isTheirs = row?.customer_id === customerId && row?.state !== 'draft';
  const theirs = customerId === undefined || isTheirs ? row : undefined;
  const invoice = found(theirs, 'invoice');
  const dunning = shownDunning(await dunningOf(sql, id), await stepsOf(sql, id));
  const notes = await notesOf(sql, id);
  return shownInvoice(invoice, { lines: await linesOf(sql, id), notes, dunning });
}

/** The same; a draft says whether it could be collected if it became final now. */
async function readForAdmin(sql: Query, id: string, objectionTo: Objection): Promise<Invoice> {
  const shown = await readInvoice(sql, id);
  if (shown.state !== 'draft') return shown;
  const balances = await balancesOf(sql, [shown.customer.id]);
  const balance = balances.find((one) => one.currency === shown.currency)?.amount ?? 0n;
  const total = BigInt(shown.total);
  const { fromBalance, state } = finalisation(total, balance);
  if (state !== 'open') return shown;
  const due = total - fromBalance;
  const largest = (await largestOn(sql, [id])).get(id) ?? due;
  const { currency } = shown;
  return { ...shown, not_collected: objectionTo({ currency, due, largest }) ?? null };
}

/** /v1/invoices: what customers owe. @param objectionTo what whoever collects cannot take. */
export function invoicesHttp(objectionTo: Objection = noObjection): OpenAPIHono<Api> {
  const app = api();
  app.openapi(list, async (c) => {
    const { overdue, ...query } = c.req.valid('query');
    const overdueAt = overdue === undefined ? undefined : new Date(c.var.now);
    const rows = await listInvoices(c.var.query, { ...query, overdueAt, drafts: true });
    const shape = { limit: query.limit, key: (row: { id: string }) => row.id, item: shownSummary };
    return c.json(pageFrom(rows, shape), 200);
  });
  app.openapi(create, async (c) => {
    const wanted = c.req.valid('json');
    const row = await draftInvoice(await atTimeOf(c.var, wanted.customer_id), wanted);
    return c.json(await readForAdmin(c.var.tx, row.id, objectionTo), 201);
  });
  app.openapi(get, async (c) =>
    c.json(await readForAdmin(c.var.query, c.req.valid('param').id, objectionTo), 200),
  );
  app.openapi(discard, async (c) => {
    await discardDraft(c.var, c.req.valid('param').id);
    return c.body(null, 204);
  });
  app.openapi(finalize, async (c) => {
    const allowsUncollected = c.req.valid('query').uncollected !== undefined;
    const collecting = { objectionTo, allowsUncollected };
    const row = await finalizeInvoice(c.var, c.req.valid('param').id, collecting);
    return c.json(await readInvoice(c.var.tx, row.id), 200);
  });
  app.openapi(voided, async (c) => {
    const row = await endInvoice(c.var, c.req.valid('param').id, 'void');
    return c.json(await readInvoice(c.var.tx, row.id), 200);
  });
  app.openapi(uncollectible, async (c) => {
    const row = await endInvoice(c.var, c.req.valid('param').id, 'uncollectible');
    return c.json(await readInvoice(c.var.tx, row.id), 200);
  });
  app.openapi(credit, async (c) => {
    const row = await creditInvoice(c.var, c.req.valid('param').id, c.req.valid('json'));
    return c.json(await readInvoice(c.var.tx, row.id), 201);
  });
  app.openapi(setOff, async (c) => {
    const { amount } = c.req.valid('json');
    const wanted = amount === undefined ? undefined : BigInt(amount);
    const { row } = await setOffCredit(c.var, c.req.valid('param').id, wanted);
    return c.json(await readInvoice(c.var.tx, row.id), 200);
  });
  return app;
}

/** /v1/billing-settings: what holds for all invoices. */
export function billingSettingsHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(getSettings, async (c) => c.json(await billingSettings(c.var.query), 200));
  app.openapi(putSettings, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const settings = c.req.valid('json');
    await updateSettings(tx, settings, now);
    const deed = { actor, action: 'billing_settings.update', subjectId: 'billing_settings' };
    await audit(tx, { ...deed, now, requestId, detail: settings });
    return c.json(settings, 200);
  });
  return app;
}
