import type { Reconciliation } from '../contract/reconciliation.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { readBooks } from '../stripe/books.ts';
import type { StripeKit } from '../stripe/kit.ts';
import { readDifferences } from '../usage/count-reading.ts';
import {
  invoiceTotals,
  knownOf,
  lineAmounts,
  lineQuantities,
  ourInvoices,
  type Pair,
} from './books-store.ts';
import { invoiceDifferences, type Difference } from './model.ts';

/** Named at most, of each stage; how many there are in all is told. */
const NAMED_MAX = 1_000;
const MARGIN_S = 86_400;

type StageTotals = Reconciliation['stages'][number];
type Compared = { totals: StageTotals; differences: Difference[] };

/** What amounts come to by currency, or quantities by meter: `EUR 1200, USD 34`. */
function summed(pairs: readonly { of: string; amount: bigint }[]): string {
  const sums = new Map<string, bigint>();
  for (const { of, amount } of pairs) sums.set(of, (sums.get(of) ?? 0n) + amount);
  return [...sums]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([of, sum]) => `${of} ${sum}`)
    .join(', ');
}

/** Gateways' own counts against the ledger, by customer, meter and day. */
async function ledgerStage(sql: Query, since: Date, now: number): Promise<Compared> {
  const range = {
    from: Math.floor(since.getTime() / DAY_MS),
    to: Math.floor(now / DAY_MS),
  };
  const rows = await readDifferences(sql, { range, customerId: undefined, limit: NAMED_MAX });
  const [first] = rows;
  const named = rows.filter(({ customer_id }) => customer_id !== null);
  const off = named.reduce(
    (all, row) => all + BigInt(row.ledger_requests) - BigInt(row.counted_requests),
    0n,
  );
  const [counted] = await sql<{ requests: string }[]>`
    select coalesce(sum(requests), 0)::text as requests from gateway_counts
     where day between ${range.from} and ${range.to}`;
  const requests = BigInt(counted?.requests ?? '0');
  return {
    totals: {
      stage: 'ledger',
      compared: first?.compared ?? 0,
      differing: first?.differing ?? 0,
      here: `${requests + off} requests`,
      there: `${requests} requests`,
    },
    differences: named.map((row) => ({
      stage: 'ledger',
      kind: 'counts',
      customerId: row.customer_id,
      subjectId: row.meter_id,
      here: row.ledger_requests,
      there: row.counted_requests,
      detail: { day: new Date(row.day * DAY_MS).toISOString().slice(0, 10) },
    })),
  };
}

const isWhole = /^-?\d+$/;

/** Pairs that should say the same; quantities with a fraction are not summed. */
function pairStage(
  stage: 'rated' | 'invoiced',
  pairs: readonly (Pair & { kind: Difference['kind'] })[],
): Compared {
  const different = pairs.filter(({ here, there }) => here !== there);
  const amounts = pairs.filter(({ kind }) => kind !== 'quantity');
  const side = (of: 'here' | 'there'): string =>
    summed(
      amounts.flatMap((pair) =>
        isWhole.test(pair[of]) ? [{ of: pair.currency, amount: BigInt(pair[of]) }] : [],
      ),
    );
  return {
    totals: {
      stage,
      compared: pairs.length,
      differing: different.length,
      here: side('here'),
      there: side('there'),
    },
    differences: different.slice(0, NAMED_MAX).map((pair) => ({
      stage,
      kind: pair.kind,
      customerId: pair.customer_id,
      subjectId: pair.invoice_id,
      here: pair.here,
      there: pair.there,
      detail: pair.position < 0 ? {} : { line: String(pair.position) },
    })),
  };
}

const kinded = (pairs: readonly Pair[], kind: Difference['kind']) =>
  pairs.map((pair) => ({ ...pair, kind }));

async function stripeStage({ sql, stripe }: StripeKit, since: Date): Promise<Compared> {
  const theirs = await readBooks(stripe, Math.floor(since.getTime() / 1_000) - MARGIN_S);
  const ours = await ourInvoices(sql, since);
  const currencyOf = new Map(ours.map(({ id, currency }) => [id, currency]));
  const known = await knownOf(
    sql,
    theirs.map(({ invoiceId }) => invoiceId),
  );
  const differences = invoiceDifferences(ours, theirs, known);
  return {
    totals: {
      stage: 'stripe',
      compared: ours.length,
      differing: new Set(differences.map(({ subjectId }) => subjectId)).size,
      here: summed(ours.map(({ currency: of, total: amount }) => ({ of, amount }))),
      there: summed(
        theirs.flatMap(({ invoiceId, total: amount, status }) => {
          const of = currencyOf.get(invoiceId);
          return of === undefined || status === 'draft' ? [] : [{ of, amount }];
        }),
      ),
    },
    differences: differences.slice(0, NAMED_MAX),
  };
}

/** Compares all books since then, one with the next. It writes nothing. */
export async function compareBooks(
  { sql, stripe, now }: { sql: Query; stripe: StripeKit | undefined; now: number },
  since: Date,
): Promise<Compared[]> {
  const quantities = kinded(await lineQuantities(sql, since), 'quantity');
  const amounts = kinded(await lineAmounts(sql, since), 'rounding');
  const totals = kinded(await invoiceTotals(sql, since), 'sum');
  return [
    await ledgerStage(sql, since, now),
    pairStage('rated', [...quantities, ...amounts]),
    pairStage('invoiced', totals),
    ...(stripe ? [await stripeStage(stripe, since)] : []),
  ];
}
