import type { Feed } from './changes.ts';
import type { Query, Sql, Tx } from './database.ts';
import type { Job } from './jobs.ts';

/** Rows that go in one transaction. */
const BATCH = 10_000;

export type Pruning = {
  /** How long a change is kept, ms of the database's own time; a test clock does not move it. */
  keepMs: number;
  /** How far whoever keeps its place here has read, by feed: what is behind that stays. */
  readUntil: Readonly<Partial<Record<Feed, bigint>>>;
};

/**
 * Deletes the oldest changes of a feed, up to the first that is kept, and notes how far. Numbers
 * and times grow together, so that what is left has no hole. Out: how many are gone.
 */
async function pruneBatch(tx: Tx, feed: Feed, { keepMs, readUntil }: Pruning): Promise<number> {
  // One core prunes at a time, and no reader takes the floor for lower than what is gone.
  await tx`select from change_floors where feed = ${feed} for update`;
  const read = readUntil[feed];
  const [{ gone }] = await tx<[{ gone: number }]>`
    with oldest as (
      select number, at from changes
       where feed = ${feed}
         and number < (select max(number) from changes where feed = ${feed})
         and ${read === undefined ? tx`true` : tx`number <= ${read}`}
       order by number limit ${BATCH}),
    kept as (
      select min(number) as first from oldest
       where at >= clock_timestamp() - ${keepMs} * interval '1 ms'),
    deleted as (
      delete from changes using kept
       where feed = ${feed}
         and number <= (select max(number) from oldest)
         and (kept.first is null or number < kept.first)
      returning number),
    noted as (
      update change_floors set pruned_until = greatest(pruned_until, of.last)
        from (select max(number) as last from deleted) of
       where feed = ${feed} and of.last is not null)
    select count(*)::int as gone from deleted`;
  return gone;
}

/** Prunes all feeds, batch by batch, until the signal says stop. Out: how many are gone of each. */
export async function pruneChanges(
  sql: Sql,
  pruning: Pruning,
  signal?: AbortSignal,
): Promise<Record<Feed, number>> {
  const all = { facts: 0, money: 0 };
  for (const feed of ['facts', 'money'] as const) {
    let gone = BATCH;
    while (gone === BATCH && signal?.aborted !== true) {
      gone = await sql.begin((tx) => pruneBatch(tx, feed, pruning));
      all[feed] += gone;
    }
  }
  return all;
}

type Pruner = {
  keepMs: number;
  readUntil(sql: Query): Promise<Pruning['readUntil']>;
  /** Told how many are gone of a feed. */
  onPruned(feed: Feed, count: number): void;
};

/** The job that does so, each hour. */
export const pruningJob = ({ keepMs, readUntil, onPruned }: Pruner): Job => ({
  name: 'kit.prune-changes',
  cron: '17 * * * *',
  retries: 3,
  secondsMax: 600,
  inSteps: async ({ sql, signal }) => {
    const gone = await pruneChanges(sql, { keepMs, readUntil: await readUntil(sql) }, signal);
    onPruned('facts', gone.facts);
    onPruned('money', gone.money);
  },
});
