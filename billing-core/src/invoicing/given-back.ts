import type { Query } from '../kit/database.ts';
import { exact, rounded } from '../rating/decimal.ts';
import type { DraftLine } from './model.ts';
import type { NeverCharged } from './totals.ts';

/** A line as far as it says what it gives back. */
export type Line = Pick<DraftLine, 'kind' | 'priceId' | 'time' | 'amount'>;
/** Lines of an invoice that is not stored yet. */
export type Lines = { subscriptionId: string; lines: readonly Line[] };

type Asked = { subscription: string; price: string; start: number; end: number; fee: boolean };

/** What invoices have of a price in this time: as it was rated, and as it was charged. */
type Charged = { amount: string; charged: string };

const isBelow = (line: Line): boolean =>
  line.amount < 0n && line.priceId !== null && line.time !== null;

const askedOf = (subscription: string, { priceId, time, kind }: Line): Asked => ({
  subscription,
  price: priceId ?? '',
  start: time?.start ?? 0,
  end: time?.end ?? 0,
  fee: kind === 'fee',
});

/**
 * What is given back: of a fee that was paid ahead the newest line of it that holds this time; of
 * usage all lines of the segment. Of what was voided nothing was charged, of what was credited as
 * much less.
 */
async function chargedFor(sql: Query, asked: readonly Asked[]): Promise<Charged[]> {
  return sql<Charged[]>`
    select coalesce(sum(of.amount), 0)::text as amount,
           coalesce(sum(of.charged), 0)::text as charged
      from unnest(${asked.map(({ subscription }) => subscription)}::text[],
                  ${asked.map(({ price }) => price)}::text[],
                  ${asked.map(({ start }) => new Date(start).toISOString())}::timestamptz[],
                  ${asked.map(({ end }) => new Date(end).toISOString())}::timestamptz[],
                  ${asked.map(({ fee }) => String(fee))}::text[])
             with ordinality asked (subscription, price, start, until, is_fee, at)
      left join lateral (
        select line.amount,
               case when state = 'void' or gross = 0 then 0
                    else (line.amount - line.discount) * (gross - coalesce(noted.amount, 0)) / gross
                end as charged
          from invoice_lines line join invoices on invoices.id = line.invoice_id
          left join lateral (select sum(amount) as amount from credit_note_lines note
                              where note.invoice_id = line.invoice_id
                                and note.position = line.position) noted on true
         where line.subscription_id = asked.subscription and price_id = asked.price
           and starts_at < until and ends_at > start
           and (is_fee = 'false' or line.amount > 0)
         order by invoices.number desc, line.position desc
         limit case when is_fee = 'true' then 1 end) of on true
     group by at order by at`;
}

function neverOf(line: Line, { amount, charged }: Charged): bigint | null {
  const all = exact(amount);
  // Nothing of it is on an invoice: what it gives back is on the same one.
  if (!all.greaterThan(exact('0'))) return null;
  const given = -line.amount;
  const back = rounded(exact(given).times(exact(charged)).dividedBy(all));
  return given - (back < 0n ? 0n : back < given ? back : given);
}

/**
 * Of each line of these invoices that is below zero, what of it was never charged. Out: in their
 * order, line by line, as `totalsWith` takes it.
 */
export async function neverCharged(sql: Query, all: readonly Lines[]): Promise<NeverCharged[]> {
  const below = all.flatMap(({ subscriptionId, lines }) =>
    lines.filter(isBelow).map((line) => askedOf(subscriptionId, line)),
  );
  const found = below.length === 0 ? [] : await chargedFor(sql, below);
  let next = 0;
  return all.map(({ lines }) =>
    lines.map((line) => {
      const charged = isBelow(line) ? found[next++] : undefined;
      return charged === undefined ? null : neverOf(line, charged);
    }),
  );
}
