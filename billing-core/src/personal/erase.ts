import type { ErasurePreview } from '../contract/erasure.ts';
import { customerById, hasLiveSubscription, lockCustomer } from '../customers/store.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { appendChange } from '../kit/changes.ts';
import { DAY_MS } from '../kit/clock.ts';
import type { Query, Tx } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import type { Job } from '../kit/jobs.ts';
import {
  countsOf,
  eraseDocuments,
  eraseRows,
  erasureOf,
  insertErasure,
  keepDays,
  objectionsTo,
  unfinished,
  type ErasureRow,
} from './erase-store.ts';

/** Documents that became final then or later keep to whom they were sent. */
async function keptSince(sql: Query, now: number): Promise<string> {
  const days = await keepDays(sql);
  return days === 0 ? 'infinity' : new Date(now - days * DAY_MS).toISOString();
}

type Asking = { id: string; now: number; isCollecting: boolean };

/** What erasing this customer would do at `now` (ms), or what it did. Throws not_found. */
export async function previewErasure(
  sql: Query,
  { id, now, isCollecting }: Asking,
): Promise<ErasurePreview> {
  const { name } = found(await customerById(sql, id), 'customer');
  const done = await erasureOf(sql, id);
  const { erased, kept } = await countsOf(sql, id, await keptSince(sql, now));
  return {
    customer: { id, name },
    erased_at: done?.erased_at.toISOString() ?? null,
    objections: done ? [] : await objectionsTo(sql, id, { isCollecting }),
    erased: done?.counts ?? erased,
    kept,
  };
}

/** `isCollecting`: whether Stripe does. */
type Asked = { id: string; name: string; isCollecting: boolean };

/**
 * Erases a customer: whoever it was is in no table any more, its books are as they were. A second
 * time changes nothing. Throws not_found, invalid_request for another name than it has, and
 * state_conflict with what is to be seen to before.
 */
export async function eraseCustomer(
  doing: Doing,
  { id, name, isCollecting }: Asked,
): Promise<ErasureRow> {
  const { tx, now } = doing;
  const row = found(await lockCustomer(tx, id), 'customer');
  const before = await erasureOf(tx, id);
  if (before !== undefined) return before;
  if (row.name.trim() !== name.trim()) {
    const errors = [{ path: 'name', message: 'is not the name of the customer' }];
    throw new Fault('invalid_request', { errors });
  }
  const objections = await objectionsTo(tx, id, { isCollecting });
  if (objections.length > 0) {
    const errors = objections.map(({ reason, detail }) => ({ path: reason, message: detail }));
    throw new Fault('state_conflict', { detail: 'Something is to be seen to first', errors });
  }
  return eraseNow(doing, id, await keptSince(tx, now));
}

async function eraseNow(
  { tx, actor, now, requestId }: Doing,
  id: string,
  since: string,
): Promise<ErasureRow> {
  const counts = await eraseRows(tx, id, since);
  const erased_at = new Date(now);
  const erasure = { id: newId('ers', now), customer_id: id, erased_at, counts };
  await insertErasure(tx, { ...erasure, erased_by: actor.id });
  const deed = { actor, action: 'customer.erase', subjectId: id, now, requestId };
  await audit(tx, { ...deed, detail: { ...counts } });
  await appendChange(tx, 'customer', id);
  await appendChange(tx, 'payer', id);
  return found(await erasureOf(tx, id), 'erasure');
}

export type ErasedAgain = {
  became: 'erased' | 'erased before' | 'not here';
  /** What of it a backup brought back, and somebody has to see to now. */
  open: string[];
};

async function openAgain(tx: Tx, id: string): Promise<string[]> {
  const open = (await objectionsTo(tx, id, { isCollecting: false }))
    .map(({ reason }) => reason)
    // So is whoever a backup brought back.
    .filter((reason) => reason !== 'not_archived');
  return (await hasLiveSubscription(tx, id)) ? ['live_subscription', ...open] : open;
}

/**
 * Erases again who was erased before the database went back: whatever state the customer is in now,
 * and says what was open then.
 */
export async function eraseAgain(tx: Tx, id: string, now: number): Promise<ErasedAgain> {
  if ((await lockCustomer(tx, id)) === undefined) return { became: 'not here', open: [] };
  if ((await erasureOf(tx, id)) !== undefined) return { became: 'erased before', open: [] };
  const open = await openAgain(tx, id);
  const actor = { kind: 'system' as const, id: 'apply-erasures' };
  await eraseNow({ tx, actor, now, requestId: newId('req', now) }, id, await keptSince(tx, now));
  return { became: 'erased', open };
}

/** The job that takes names off documents whose time is over, each day. */
export const erasureJob: Job = {
  name: 'personal.finish-erasures',
  cron: '23 4 * * *',
  retries: 3,
  secondsMax: 600,
  inSteps: async ({ sql, now }) => {
    const since = await keptSince(sql, now);
    for (const id of await unfinished(sql)) {
      await sql.begin((tx) => eraseDocuments(tx, id, { since, now: new Date(now) }));
    }
  },
};
