import postgres from 'postgres';
import type { Sql } from '../../src/kit/database.ts';

/** What its connections are called. */
export const DYING = 'dying';

export class Cut extends Error {}

/**
 * A pool as core's own that dies at one of its statements, counted from 1, begin and commit too:
 * neither that statement nor any later one is sent, and closing it drops what is open, as the end
 * of a process does.
 */
export function dyingAt(url: string, statement: number) {
  let sent = 0;
  let ended: Promise<void> | undefined;
  const sql: Sql = postgres(url, {
    max: 2,
    onnotice: () => {},
    types: { bigint: postgres.BigInt },
    connection: { application_name: DYING },
    debug: (_connection, text) => {
      if (/pg_catalog\.pg_type/.test(text)) return;
      sent += 1;
      if (sent === statement) ended = sql.end({ timeout: 0 });
      if (sent >= statement) throw new Cut(`cut at ${statement}`);
    },
  });
  return {
    sql,
    died: () => sent >= statement,
    end: async () => {
      ended ??= sql.end({ timeout: 0 });
      await ended;
    },
  };
}
