import type { Db } from 'pg-boss';
import type { Query, Sql, Tx } from './database.ts';

type Rows = { rows: Record<string, unknown>[] };
type Settled = { db: Db; commit(): Promise<void>; rollback(): Promise<void> };

// pg-boss installs itself by scripts that begin and commit: they need one connection for all of it.
const IS_SCRIPT = /^\s*BEGIN\b/i;

// Our driver would write a text that is JSON already as a JSON string for a json column.
const asText = (text: string): string => text.replace(/(\$\d+)::(jsonb?)\b/g, '$1::text::$2');

/** What pg-boss counts on is that of its own driver: whole numbers of 64 bits come as text. */
const asTold = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? value.toString() : value,
    ]),
  );

/** Objects are for json columns; arrays, times and bytes are values of their own. */
function asGiven(value: unknown): unknown {
  const isPlain = value?.constructor === Object;
  return isPlain ? JSON.stringify(value) : (value ?? null);
}

async function executeOn(sql: Query, text: string, values: unknown[] = []): Promise<Rows> {
  const result = await sql.unsafe(asText(text), values.map(asGiven) as never[]);
  const rows = (result as unknown[]).every(Array.isArray) ? (result as unknown[]).flat() : result;
  return { rows: (rows as Record<string, unknown>[]).map(asTold) };
}

async function executeScript(sql: Sql, text: string): Promise<Rows> {
  const own = await sql.reserve();
  try {
    return await executeOn(own, text);
  } finally {
    own.release();
  }
}

class RolledBack extends Error {}

/** The transactions that jobs run in, by what pg-boss hands to their handlers. */
const transactions = new WeakMap<Db, Tx>();

/** The transaction of a job: what it writes there commits with its completion, or not at all. */
export function transactionOf(db: Db): Tx {
  const tx = transactions.get(db);
  if (tx === undefined) throw new Error('no transaction of a job');
  return tx;
}

/** Runs statements of pg-boss in this transaction of ours. */
export function executorIn(tx: Tx): Db {
  const db: Db = { executeSql: (text, values) => executeOn(tx, text, values) };
  transactions.set(db, tx);
  return db;
}

async function beginOn(sql: Sql): Promise<Settled> {
  const opened = Promise.withResolvers<Tx>();
  const settling = Promise.withResolvers<void>();
  const ended = sql.begin(async (tx) => {
    opened.resolve(tx);
    await settling.promise;
  });
  ended.catch(opened.reject);
  const db = executorIn(await opened.promise);
  return {
    db,
    commit: async () => {
      settling.resolve();
      await ended;
    },
    rollback: async () => {
      settling.reject(new RolledBack());
      await ended.catch(() => {});
    },
  };
}

/** Lets pg-boss work through our pool, so that jobs and what they write share transactions. */
export const executorOn = (sql: Sql): Db => ({
  executeSql: (text, values) =>
    IS_SCRIPT.test(text) ? executeScript(sql, text) : executeOn(sql, text, values),
  beginTransaction: () => beginOn(sql),
});
