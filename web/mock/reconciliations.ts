import type { Hono } from 'hono';
import type { Attention } from '@tollgate/billing-core/contract/attention.ts';
import type {
  CustomerTotals,
  Reconciliation,
  RowsBehind,
  ShownDifference,
} from '@tollgate/billing-core/contract/reconciliation.ts';
import { found, page, Problem } from './http.ts';
import { ago, DAY_MS, mint, type MockState } from './state.ts';

export interface MockBooks {
  runs: Reconciliation[];
  /** Of every run that found some. */
  differences: ShownDifference[];
  totals: CustomerTotals[];
  rows: RowsBehind['data'];
  /** Why repairs come to nothing; empty: they do not. */
  repairSaid: string;
}

/** What a customer has in four books of which the last differs. */
const stages = (differing: number): Reconciliation['stages'] => [
  {
    stage: 'ledger',
    compared: 62,
    differing: 0,
    here: '120431 requests',
    there: '120431 requests',
    sums: [],
  },
  {
    stage: 'rated',
    compared: 5,
    differing: 0,
    here: 'EUR 500, USD 7186',
    there: 'EUR 500, USD 7186',
    sums: [
      { currency: 'EUR', here: '500', there: '500' },
      { currency: 'USD', here: '7186', there: '7186' },
    ],
  },
  {
    stage: 'invoiced',
    compared: 2,
    differing: 0,
    here: 'USD 7697',
    there: 'USD 7697',
    sums: [{ currency: 'USD', here: '7697', there: '7697' }],
  },
  {
    stage: 'stripe',
    compared: 2,
    differing,
    here: 'USD 7697',
    there: differing === 0 ? 'USD 7697' : 'USD 0',
    sums: [{ currency: 'USD', here: '7697', there: differing === 0 ? '7697' : '0' }],
  },
];

export const run = (more: Partial<Reconciliation> = {}): Reconciliation => ({
  id: mint('rcn'),
  state: 'clean',
  requested_by: 'reconciliation',
  since: ago(92 * DAY_MS),
  began_at: ago(DAY_MS),
  ended_at: ago(DAY_MS - 4_000),
  said: '',
  stages: stages(0),
  told_at: null,
  pruned_at: null,
  ...more,
});

/** A run that found these, and what is behind them. */
export function differentBooks(
  customer: { id: string; name: string },
  invoice: string,
): Pick<MockBooks, 'differences' | 'totals' | 'rows'> & { run: Reconciliation } {
  const about = { stage: 'stripe', customer, period: '2026-11', subject_id: invoice } as const;
  const detail = { currency: 'USD', stripe_id: 'in_7' };
  return {
    run: run({ state: 'different', stages: stages(2), told_at: ago(DAY_MS) }),
    differences: [
      {
        ...about,
        position: 0,
        kind: 'missing_there',
        here: '7697',
        there: '',
        detail,
        repair: 'tell_again',
        repairs: ['tell_again'],
        repaired_at: null,
        repairing: false,
        repair_said: '',
      },
      {
        ...about,
        position: 1,
        kind: 'credited',
        here: '0',
        there: '1000',
        detail,
        repair: null,
        repairs: [],
        repaired_at: null,
        repairing: false,
        repair_said: '',
      },
    ],
    totals: [
      {
        customer,
        period: '2026-11',
        currency: 'USD',
        differing: 2,
        stages: [
          { stage: 'ledger', here: '120431', there: '120431' },
          { stage: 'rated', here: '7186', there: '7186' },
          { stage: 'invoiced', here: '7697', there: '7697' },
          { stage: 'stripe', here: '7697', there: '0' },
        ],
      },
    ],
    rows: [
      { kind: 'invoice', id: invoice, facts: { state: 'open', total: '7697' } },
      { kind: 'stripe_invoice', id: 'in_7', facts: { status: 'open', told: 'open' } },
    ],
  };
}

export const noBooks = (): MockBooks => ({
  runs: [],
  differences: [],
  totals: [],
  rows: [],
  repairSaid: '',
});

/** What waits for an admin. */
export function attentionOf({
  books: { runs },
  stripe: { state: way, disputes },
  invoices,
}: MockState): Attention {
  const last = runs.find(({ state }) => state !== 'running');
  const stripe =
    way.mode === null
      ? null
      : {
          key_refused_since: way.key_refused?.since ?? null,
          stuck: way.queue.stuck + way.events.failed,
          disputes: disputes.length,
          not_collected: invoices.filter((one) => one.not_collected !== null).length,
        };
  const rest = { stripe, quota_requests: 0, ledger_days_ahead: null };
  if (last === undefined) return { books: null, ...rest };
  const differing = last.stages.reduce((all, stage) => all + stage.differing, 0);
  const { id, state, ended_at } = last;
  return { books: { id, state, differing, ended_at: ended_at ?? ago(0) }, ...rest };
}

/** The books side by side, as admins have them. */
export function reconciliations(app: Hono, state: MockState): void {
  const { books } = state;
  const byId = (id: string) => found(books.runs.find((one) => one.id === id));
  const path = '/reconciliations/:id';
  app.get('/attention', (c) => c.json(attentionOf(state)));
  app.get('/reconciliations', (c) => page(c, books.runs));
  app.post('/reconciliations', (c) => {
    const asked = { state: 'running', began_at: ago(0), ended_at: null } as const;
    const one = run({ ...asked, requested_by: 'usr_1', stages: stages(0).slice(0, 2) });
    books.runs.unshift(one);
    return c.json(one, 201);
  });
  app.get(path, (c) => c.json(byId(c.req.param('id'))));
  app.get(`${path}/differences`, (c) => {
    byId(c.req.param('id'));
    const customer = c.req.query('customer_id');
    const isShown = (one: ShownDifference) =>
      customer === undefined || one.customer?.id === customer;
    return page(c, books.differences.filter(isShown));
  });
  app.get(`${path}/differences.csv`, (c) => c.body('position\r\n', 200));
  app.get(`${path}/differences/:position/rows`, (c) => c.json({ data: books.rows }));
  app.get(`${path}/totals`, (c) => {
    const { customer_id: customer } = c.req.query();
    const isShown = (one: CustomerTotals) => customer === undefined || one.customer.id === customer;
    return page(c, books.totals.filter(isShown));
  });
  app.post(`${path}/repairs`, async (c) => {
    const { position } = await c.req.json<{ position: number }>();
    const one = found(books.differences.find((each) => each.position === position));
    if (one.repair === null) throw new Problem(409, 'state_conflict');
    if (books.repairSaid === '') one.repaired_at = ago(0);
    one.repair_said = books.repairSaid;
    return c.json(one, 202);
  });
}
