import type { Query, Tx } from './database.ts';
import { LOCKS } from './locks.ts';

/**
 * Who reads a change: gateways and whoever else follows what is granted (`facts`), or whoever
 * passes on what is owed and paid (`money`). Readers of the one are never woken by the other.
 */
export type Feed = 'facts' | 'money';

/** What a change is about; readers refetch the subject, a change carries no content. */
const FEEDS = {
  route: 'facts',
  key: 'facts',
  customer: 'facts',
  quota: 'facts',
  recall: 'facts',
  reset: 'facts',
  /** It became final, or its state or what is due of it changed. */
  invoice: 'money',
  credit_note: 'money',
  payment: 'money',
  /** What invoices say of a customer, or where its letters go. */
  payer: 'money',
} as const satisfies Record<string, Feed>;
export type ChangeKind = keyof typeof FEEDS;
export type Change = { number: bigint; kind: ChangeKind; subjectId: string };

const CHANGES_MAX = 1_000;

/**
 * Appends a change in the transaction of its fact. Call it last: the advisory lock makes numbers
 * commit in order, so that a reader by cursor never skips one, and should be held only briefly.
 */
export async function appendChange(tx: Tx, kind: ChangeKind, subjectId: string): Promise<void> {
  await appendChanges(tx, kind, [subjectId]);
}

/** The same of many subjects: a thousand windows can be recalled at once. */
export async function appendChanges(tx: Tx, kind: ChangeKind, subjectIds: string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await tx`select pg_advisory_xact_lock(${LOCKS.changes})`;
  await tx`insert into changes (kind, feed, subject_id)
    select ${kind}, ${FEEDS[kind]}, id from unnest(${subjectIds}::text[]) id`;
}

/** More changes than an earlier state of the database can have lost. */
const SKIPPED = 1_000_000;

/**
 * The database has gone back: numbers go on behind any that a reader may have seen, with a change
 * that tells everybody to read everything anew.
 */
export async function skipChanges(tx: Tx): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCKS.changes})`;
  await tx`
    select setval(pg_get_serial_sequence('changes', 'number'),
                  coalesce(max(number), 0) + ${SKIPPED}) from changes`;
  await appendChange(tx, 'reset', '');
}

/** Changes that a reader has not read are pruned: it has to read all anew, from the newest on. */
export class PrunedChanges extends Error {
  constructor() {
    super('changes after that one are not kept any more');
  }
}

type FoundRow = {
  pruned_until: bigint;
  number: bigint | null;
  kind: ChangeKind;
  subject_id: string;
};

/**
 * Changes of a feed after `cursor`, oldest first, at most 1,000.
 * @throws PrunedChanges where there were others, which are not kept any more. One statement sees
 * both: a pruning between two would leave a hole that nobody notices.
 */
export async function changesAfter(sql: Query, feed: Feed, cursor: bigint): Promise<Change[]> {
  const rows = await sql<FoundRow[]>`
    select pruned_until, number, kind, subject_id
      from change_floors floor
      left join lateral (
        select number, kind, subject_id from changes
         where feed = floor.feed and number > ${cursor}
         order by number limit ${CHANGES_MAX}) change on true
     where floor.feed = ${feed} order by number`;
  if (rows.some(({ pruned_until }) => pruned_until > cursor)) throw new PrunedChanges();
  return rows.flatMap(({ number, kind, subject_id }) =>
    number === null ? [] : { number, kind, subjectId: subject_id },
  );
}

/** The newest number of a feed, 0 when there is none. */
export async function lastChange(sql: Query, feed: Feed): Promise<bigint> {
  const [row] = await sql<{ number: bigint }[]>`
    select coalesce(max(number), 0) as number from changes where feed = ${feed}`;
  return row?.number ?? 0n;
}
