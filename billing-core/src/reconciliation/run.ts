import type { Reconciliation } from '../contract/reconciliation.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { readBooks } from '../stripe/books.ts';
import type { StripeKit } from '../stripe/kit.ts';
import { readDifferences, readMonthCounts } from '../usage/count-reading.ts';
import {
  invoiceTotals,
  knownOf,
  lineAmounts,
  lineQuantities,
  ourInvoices,
  type Pair,
} from './books-store.ts';
import { invoiceDifferences, type Difference } from './model.ts';
import { lineOf, stripeParts, sumsOf, type Part } from './totals.ts';

/** Named at most, of each stage; how many there are in all is told. */
const NAMED_MAX = 1_000;
const MARGIN_S = 86_400;
const MONTH_CHARS = 7;

type StageTotals = Reconciliation['stages'][number];
export type Compared = {
  totals: StageTotals;
  parts: readonly Part[];
  differences: readonly Difference[];
};

/** Gateways' own counts against the ledger, by customer, meter and day. */
async function ledgerStage(sql: Query, since: Date, now: number): Promise<Compared> {
  const range = {
    from: Math.floor(since.getTime() / DAY_MS),
    to: Math.floor(now / DAY_MS),
  };
  const rows = await readDifferences(sql, { range, customerId: undefined, limit: NAMED_MAX });
  const months = await readMonthCounts(sql, range);
  const [first] = rows;
  const named = rows.filter(({ customer_id }) => customer_id !== null);
  const parts = months.map(({ customer_id: customerId, currency, period, ledger, counted }) => {
    return { customerId, currency, period, here: BigInt(ledger), there: BigInt(counted) };
  });
  const side = (of: 'here' | 'there') => parts.reduce((all, part) => all + part[of], 0n);
  return {
    totals: {
      stage: 'ledger',
      compared: first?.compared ?? 0,
      differing: first?.differing ?? 0,
      here: `${side('here')} requests`,
      there: `${side('there')} requests`,
      sums: [],
    },
    parts,
    differences: named.map((row) => {
      const day = new Date(row.day * DAY_MS).toISOString().slice(0, 10);
      return {
        stage: 'ledger',
        kind: 'counts',
        customerId: row.customer_id,
        period: day.slice(0, MONTH_CHARS),
        subjectId: row.meter_id,
        here: row.ledger_requests,
        there: row.counted_requests,
        detail: {
          day,
          ledger_billable: row.ledger_billable,
          counted_billable: row.counted_billable,
        },
      };
    }),
  };
}

/** Pairs that should say the same; quantities are compared, and not summed. */
function pairStage(
  stage: 'rated' | 'invoiced',
  pairs: readonly (Pair & { kind: Difference['kind'] })[],
): Compared {
  const different = pairs.filter(({ here, there }) => here !== there);
  const parts = pairs
    .filter(({ kind }) => kind !== 'quantity')
    .map(({ customer_id: customerId, currency, period, here, there }) => {
      return { customerId, currency, period, here: BigInt(here), there: BigInt(there) };
    });
  const sums = sumsOf(parts);
  return {
    totals: {
      stage,
      compared: pairs.length,
      differing: different.length,
      here: lineOf(sums, 'here'),
      there: lineOf(sums, 'there'),
      sums,
    },
    parts,
    differences: different.slice(0, NAMED_MAX).map((pair) => ({
      stage,
      kind: pair.kind,
      customerId: pair.customer_id,
      period: pair.period,
      subjectId: pair.invoice_id,
      here: pair.here,
      there: pair.there,
      detail: {
        ...(pair.position >= 0 && { line: String(pair.position) }),
        // Of a quantity it is the meter that says what is counted.
        ...(pair.kind === 'quantity' ? { meter: pair.currency } : { currency: pair.currency }),
      },
    })),
  };
}

const kinded = (pairs: readonly Pair[], kind: Difference['kind']) =>
  pairs.map((pair) => ({ ...pair, kind }));

async function stripeStage(kit: StripeKit, since: Date): Promise<Compared> {
  const { sql, stripe } = kit;
  // Stripe goes by the world's time, and ours can be moved for tests.
  const from = since.getTime() - Math.max(0, kit.clock() - kit.wallClock());
  const theirs = await readBooks(stripe, Math.floor(from / 1_000) - MARGIN_S);
  const ours = await ourInvoices(sql, since);
  const known = await knownOf(
    sql,
    theirs.map(({ invoiceId }) => invoiceId),
  );
  const differences = invoiceDifferences(ours, theirs, known);
  const parts = stripeParts(ours, theirs);
  const sums = sumsOf(parts);
  return {
    totals: {
      stage: 'stripe',
      compared: ours.length,
      differing: new Set(differences.map(({ subjectId }) => subjectId)).size,
      here: lineOf(sums, 'here'),
      there: lineOf(sums, 'there'),
      sums,
    },
    parts,
    differences: differences.slice(0, NAMED_MAX),
  };
}

type Comparing = {
  sql: Query;
  stripe: StripeKit | undefined;
  now: number;
  /** Told after each stage what has been compared so far. */
  onStage?: (done: readonly Compared[]) => Promise<void>;
};

/** Compares all books since then, one with the next. Of the books it writes nothing. */
export async function compareBooks(
  { sql, stripe, now, onStage }: Comparing,
  since: Date,
): Promise<Compared[]> {
  const stages = [
    () => ledgerStage(sql, since, now),
    async () => {
      const quantities = kinded(await lineQuantities(sql, since), 'quantity');
      return pairStage('rated', [
        ...quantities,
        ...kinded(await lineAmounts(sql, since), 'rounding'),
      ]);
    },
    async () => pairStage('invoiced', kinded(await invoiceTotals(sql, since), 'sum')),
    ...(stripe ? [() => stripeStage(stripe, since)] : []),
  ];
  const done: Compared[] = [];
  for (const stage of stages) {
    done.push(await stage());
    await onStage?.(done);
  }
  return done;
}
