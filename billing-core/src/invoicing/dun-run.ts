import { roundsAt, type Round } from '../customers/clock.ts';
import { nameRequest } from '../kit/audit.ts';
import type { Sql } from '../kit/database.ts';
import { newId } from '../kit/id.ts';
import type { Log } from '../kit/log.ts';
import { dunCustomer } from './dun.ts';
import { customersToDun } from './dunning-store.ts';

const PAGE = 100;

type DunKit = { sql: Sql; log: Log; now: number };

async function dunOne(
  { sql, now: coreTime }: DunKit,
  { now }: Round,
  customerId: string,
): Promise<void> {
  await sql.begin(async (tx) => {
    const actor = { kind: 'system', id: 'invoicing' } as const;
    const doing = { tx, actor, now, requestId: newId('req', coreTime) };
    await nameRequest(tx, doing);
    await dunCustomer(doing, customerId);
  });
}

async function dunRound(kit: DunKit, round: Round, signal: AbortSignal): Promise<number> {
  const failed: string[] = [];
  let done = 0;
  while (!signal.aborted) {
    const ids = await customersToDun(kit.sql, { round, but: failed, limit: PAGE });
    if (ids.length === 0) break;
    for (const id of ids) {
      try {
        await dunOne(kit, round, id);
        done += 1;
      } catch (err) {
        kit.log.error({ err, customer_id: id }, 'an unpaid invoice could not be followed up');
        failed.push(id);
      }
    }
  }
  return done;
}

/**
 * Does what is due about unpaid invoices, a customer a transaction; what fails of one holds up no
 * other and is tried again with the next run. Out: about how many customers something was done.
 */
export async function dunAll(kit: DunKit, signal: AbortSignal): Promise<number> {
  let done = 0;
  for (const round of await roundsAt(kit.sql, kit.now)) done += await dunRound(kit, round, signal);
  if (done > 0) kit.log.info({ customers: done }, 'followed up unpaid invoices');
  return done;
}
