import type { Context, Hono } from 'hono';
import {
  subscriptionStep,
  type Subscription,
} from '@tollgate/billing-core/contract/subscription.ts';
import { taken, type Loaded, type Step } from '../../billing-core/src/subscriptions/decide.ts';
import { shownSubscription } from '../../billing-core/src/subscriptions/model.ts';
import { noObjection } from '../../billing-core/src/invoicing/collectable.ts';
import { shownNext, shownPlan } from '../../billing-core/src/invoicing/preview.ts';
import { nextInvoice } from '../../billing-core/src/subscriptions/period-fees.ts';
import { sumsOf } from '../../billing-core/src/subscriptions/preview.ts';
import { creditOf } from './credit.ts';
import { found, page, Problem } from './http.ts';
import { mint, subscribe, type MockState } from './state.ts';

/** Subscriptions: what a step comes to is decided by billing-core's own calculation. */

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

function loadedOf(one: Subscription, state: MockState): Loaded {
  const versions = state.plans.flatMap((plan) => plan.versions);
  const { plan_version_id, interval_months, pending_change: pending } = one;
  const anchor_at = new Date(one.current_period.start);
  const row = {
    ...one,
    started_at: new Date(one.started_at),
    anchor_at,
    trial_ends_at: date(one.trial_ends_at),
    trial_settled_at: null,
    paused_at: date(one.paused_at),
    past_due_since: date(one.past_due_since),
    blocked_at: null,
    limited_at: null,
    pending_kind: pending?.kind ?? null,
    pending_at: date(pending?.at ?? null),
    pending_plan_version_id: pending?.plan_version_id ?? null,
    pending_credit_unused: false,
    items_at: null,
    canceled_at: date(one.canceled_at),
  };
  const paused = row.paused_at !== null;
  const phase = { plan_version_id, interval_months, anchor_at, starts_at: anchor_at, paused };
  return { row, phases: [phase], versions: new Map(versions.map((each) => [each.id, each])) };
}

function planned(one: Subscription, state: MockState, body: unknown) {
  const asked = subscriptionStep.safeParse(body);
  if (!asked.success) throw new Problem(400, 'invalid_request');
  const { step: kind, plan_version_id, at: when } = asked.data;
  const now = Date.now();
  const before = loadedOf(one, state);
  const to = found(
    kind === 'change'
      ? before.versions.get(plan_version_id ?? '')
      : [...before.versions.values()][0],
  );
  const addOn = (): Step => ({
    step: 'add_on',
    of: found(before.versions.get(plan_version_id ?? '')),
    quantity: asked.data.quantity ?? 0,
    itemId: mint('itm'),
  });
  if (kind === 'add_on') {
    const happening = taken(before, addOn(), now);
    return { before, at: now, happened: 0, isNow: true, happening } as const;
  }
  const steps: Record<typeof kind, Exclude<Step, { step: 'add_on' }>> = {
    change: { step: 'change', to },
    cancel: { step: 'cancel', creditUnused: asked.data.credit_unused },
    pause: { step: 'pause' },
    resume: { step: 'resume' },
  };
  const step = steps[kind];
  if (when === 'now') {
    return {
      before,
      at: now,
      happened: 0,
      isNow: true,
      happening: taken(before, step, now),
    } as const;
  }
  const at = Date.parse(one.current_period.end);
  const pending_plan_version_id = kind === 'change' ? to.id : null;
  const pending = { pending_kind: kind, pending_at: new Date(at), pending_plan_version_id };
  const after = { ...before, row: { ...before.row, ...pending } };
  return { before, at, happened: 0, isNow: false, step, after } as const;
}

/** Whoever collects takes anything. */
const COLLECTED = { currency: 'USD', objectionTo: noObjection };

export function subscriptions(app: Hono, state: MockState): void {
  const byId = (id: string) => found(state.subscriptions.find((each) => each.id === id));
  app.get('/subscriptions', (c) => {
    const { customer_id, plan_version_id } = c.req.query();
    const rows = state.subscriptions.filter(
      (one) =>
        (customer_id === undefined || one.customer_id === customer_id) &&
        (plan_version_id === undefined || one.plan_version_id === plan_version_id),
    );
    const nameOf = (id: string) => state.customers.find((one) => one.id === id)?.name ?? id;
    return page(
      c,
      rows.map((one) => ({ ...one, customer_name: nameOf(one.customer_id) })),
    );
  });
  app.post('/subscriptions', async (c) => {
    const { customer_id, plan_version_id } = await c.req.json();
    const has = (one: { id: string }) => one.id === plan_version_id;
    const plan = found(state.plans.find(({ versions }) => versions.some(has)));
    const made = subscribe(customer_id, plan, plan.versions.find(has));
    state.subscriptions.push(made);
    return c.json(made, 201);
  });
  app.get('/subscriptions/:id/add-ons', (c) => c.json({ data: [] }));
  app.post('/subscriptions/:id/preview', async (c) => {
    const plan = planned(byId(c.req.param('id')), state, await c.req.json());
    const standing = {
      sums: sumsOf(plan, Date.now()),
      usage: { due: [], next: state.credit.usage },
      bearing: () => state.credit.bearing,
      balance: creditOf(state, plan.before.row.customer_id),
      ...COLLECTED,
    };
    return c.json(shownPlan(plan, Date.now(), standing));
  });
  app.post('/subscriptions/:id/steps', async (c) => {
    const one = byId(c.req.param('id'));
    const plan = planned(one, state, await c.req.json());
    const { row } = plan.isNow ? plan.happening.after : plan.after;
    return c.json(Object.assign(one, shownSubscription(row, Date.now())));
  });
  app.delete('/subscriptions/:id/pending-change', (c) =>
    c.json(Object.assign(byId(c.req.param('id')), { pending_change: null })),
  );
  app.get('/subscriptions/:id/timeline', (c) => {
    const one = byId(c.req.param('id'));
    const version = found(
      state.plans.flatMap(({ versions }) => versions).find(({ id }) => id === one.plan_version_id),
    );
    const { plan_id, plan_version_id, paused_at } = one;
    const phase = { plan_id, plan_version_id, paused: paused_at !== null };
    const nothing = { causes: [], fees: [], total: '0' };
    const entry = { at: one.started_at, phase, ended: false, ...nothing };
    return c.json({ currency: version.currency, entries: [entry] });
  });
}

/** The invoice that comes next, as members see it. */
export function portalNext(
  app: Hono,
  state: MockState,
  member: (c: Context) => { id: string },
): void {
  app.get('/next-invoice', (c) => {
    const { id } = member(c);
    const isTheirs = (one: Subscription) => one.customer_id === id && one.state !== 'canceled';
    const one = state.subscriptions.find(isTheirs);
    const next = one && nextInvoice(loadedOf(one, state), Date.now());
    if (next === undefined) return c.json({ currency: 'USD', invoice: null });
    const { usage, bearing } = state.credit;
    const balance = creditOf(state, id);
    return c.json({
      currency: 'USD',
      invoice: shownNext(next, { usage, bearing, balance, ...COLLECTED }),
    });
  });
}
