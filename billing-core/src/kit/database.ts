import postgres from 'postgres';
import { Fault } from './fault.ts';

/** The pool; SQL is written as SQL at the place that needs it. */
export type Sql = postgres.Sql<{ bigint: bigint }>;
/** A transaction, opened only at the edge: the HTTP wrapper, the job runner. */
export type Tx = postgres.TransactionSql<{ bigint: bigint }>;
/** What a read may run on. */
export type Query = Sql | Tx;

export const POOL_CONNECTIONS = 10;
const CONNECT_TIMEOUT_S = 10;
const STATEMENT_TIMEOUT_MS = 30_000;
/**
 * A core that is stopped or cut off in the middle of a transaction would hold its locks for as long
 * as that lasts, and everybody else would wait for them: the server ends it after so long.
 */
export const IDLE_IN_TRANSACTION_MS = 10_000;

/**
 * Where a commit has to be before it is answered: on the standbys that PostgreSQL is told to wait
 * for (on, remote_apply, remote_write), or on this server's disk alone. Never less: an answer would
 * leave that a crash takes back.
 */
export const COMMITS = ['on', 'remote_apply', 'remote_write', 'local'] as const;
export type Commit = (typeof COMMITS)[number];

type Opening = {
  connections: number;
  commit: Commit;
  /** For a session that holds a lock: the driver would replace its connection within the hour. */
  forLife?: boolean;
};

/** Opens a pool. `bigint` columns arrive as bigint, `numeric` as string, times as Date. */
export function openDatabase(
  url: string,
  connections = POOL_CONNECTIONS,
  commit: Commit = 'on',
): Sql {
  return open(url, { connections, commit });
}

/**
 * One connection whose session lasts until one side ends it; reserve it before use. Nothing that is
 * written in it has to outlive the server, so it waits for no standby.
 */
export const openSession = (url: string): Sql =>
  open(url, { connections: 1, commit: 'local', forLife: true });

function open(url: string, { connections, commit, forLife = false }: Opening): Sql {
  return postgres(url, {
    max: connections,
    ...(forLife && { max_lifetime: null }),
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    types: { bigint: postgres.BigInt },
    connection: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      application_name: 'tollgate',
      synchronous_commit: commit,
      // What is read here is small by design; starting workers for it took 13 of 18 ms (measured).
      // As text: the driver leaves a zero out.
      max_parallel_workers_per_gather: '0',
    },
  });
}

type PostgresFailure = { code?: string; constraint_name?: string };

/** Names of unique constraints, as the fault a caller should see: `{constraint: public text}`. */
export type Uniques = Record<string, string>;

/** Turns a unique violation into `already_exists`; everything else passes through. */
export async function unique<Result>(uniques: Uniques, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const failure = error as PostgresFailure;
    const text = failure.code === '23505' ? uniques[failure.constraint_name ?? ''] : undefined;
    if (text === undefined) throw error;
    throw new Fault('already_exists', { detail: text });
  }
}

/** Turns a violated named check into `state_conflict` with this public text. */
export async function checked<Result>(checks: Uniques, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const failure = error as PostgresFailure;
    const text = failure.code === '23514' ? checks[failure.constraint_name ?? ''] : undefined;
    if (text === undefined) throw error;
    throw new Fault('state_conflict', { detail: text });
  }
}

/** Turns a refused foreign key (the row is in use, or names what is not there) into a fault. */
export async function referenced<Result>(fault: Fault, work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    throw /^2350[13]$/.test((error as PostgresFailure).code ?? '') ? fault : error;
  }
}

/** Lets this transaction wait so long (ms) for something that is not the database. */
export async function mayWait(tx: Tx, ms: number): Promise<void> {
  await tx`select set_config('idle_in_transaction_session_timeout', ${`${ms}ms`}, true)`;
}
