import type { Query } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';

/** What an invoice asks for, as whoever collects it has to take it; minor units. */
export type ToCollect = {
  currency: string;
  due: bigint;
  /** The largest amount that is on it, whatever its sign. */
  largest: bigint;
};

/** Why whoever collects cannot take it; undefined where it can. Asks nobody. */
export type Objection = (invoice: ToCollect) => string | undefined;

/** Somebody writes down what came: there is nothing that nobody could take. */
export const noObjection: Objection = () => undefined;

/** The largest of these amounts, whatever their signs. */
export const largestOf = (amounts: readonly bigint[]): bigint =>
  amounts
    .map((one) => (one < 0n ? -one : one))
    .reduce((most, one) => (one > most ? one : most), 0n);

/** The largest amount on each of these invoices: of lines, their taxes, and discounts. */
export async function largestOn(
  sql: Query,
  ids: readonly string[],
): Promise<ReadonlyMap<string, bigint>> {
  const rows = await sql<{ id: string; largest: string }[]>`
    select id, greatest(
             (select max(greatest(abs(amount), abs(line.tax), abs(gross)))
                from invoice_lines line where invoice_id = invoices.id),
             (select max((each ->> 'amount')::numeric) from jsonb_array_elements(discounts) each),
             0)::text as largest
      from invoices where id = any(${[...ids]})`;
  return new Map(rows.map(({ id, largest }) => [id, BigInt(largest)]));
}

/** Refuses what nobody could collect. */
export function mustBeCollected(objection: string): never {
  throw new Fault('not_collectable', { detail: objection });
}
