import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { minuteInWindow } from '@tollgate/billing-core/contract/quota-window.ts';
import type { UsageRecord } from '../../core/record.ts';
import type { Hold } from '../../ports.ts';
import type { Misdated } from '../clock.ts';
import { syncDirectory } from './segment.ts';

// What a boot dated before core's first word, by a clock that was behind, is dated anew when core
// has told its time. The frames stay as they are, and a file beside them says how; so whoever reads
// them dates them the same. No batch of theirs was sent: those there are go.

const FRESH = 'misdated.json';
const BATCHES_GONE = 'redated.json';
const BATCH = /^batch-[\d-]+\.tgb$/;

/** Says on disk how a boot is to be dated anew. Throws when the disk does not take it. */
export function noteMisdated(dir: string, misdated: Misdated): void {
  const path = join(dir, FRESH);
  writeFileSync(`${path}.new`, JSON.stringify(misdated), { flush: true });
  renameSync(`${path}.new`, path);
  syncDirectory(dir);
}

/** How the boot is to be dated anew; its batches are there no more, or were made by that. */
export function openMisdated(dir: string): Misdated | null {
  const gone = join(dir, BATCHES_GONE);
  if (existsSync(join(dir, FRESH))) {
    for (const name of readdirSync(dir)) if (BATCH.test(name)) rmSync(join(dir, name));
    syncDirectory(dir);
    renameSync(join(dir, FRESH), gone);
    syncDirectory(dir);
  }
  return existsSync(gone) ? (JSON.parse(readFileSync(gone, 'utf8')) as Misdated) : null;
}

type Dated = Pick<UsageRecord, 'admittedAt' | 'once'>;

const datedAnew = <Of extends Dated>({ admittedAt, once }: Of, behindMs: number) => ({
  admittedAt: admittedAt + behindMs,
  ...(once && { once: { ...once, since: once.since + behindMs } }),
});

/**
 * The record as it had been with the right time. Nothing was lent in that stretch: what it spent
 * without a lease was spent in the window of its minute, and which one that is core knows.
 */
export function redated(record: UsageRecord, { until, behindMs }: Misdated): UsageRecord {
  if (record.admittedAt > until) return record;
  const anew = { ...record, ...datedAnew(record, behindMs) };
  const spent = record.spent.map(([window, settled, unleased, overdrawn]) => {
    const isAlone = unleased > 0 && settled + overdrawn === 0;
    const name = isAlone ? minuteInWindow(window, anew.admittedAt) : window;
    return [name, settled, unleased, overdrawn] as const;
  });
  return { ...anew, spent };
}

/** The same for a request that goes on in another boot: in place, as many hold it. */
export function redateHold(hold: Hold, { until, behindMs }: Misdated): void {
  if (hold.admittedAt > until) return;
  Object.assign(hold, datedAnew(hold, behindMs));
  const at = hold.admittedAt + (hold.fact.customer.clock_ms ?? 0);
  const spends = hold.spends.map((spend) =>
    spend.unleased ? { ...spend, windowId: minuteInWindow(spend.windowId, at) } : spend,
  );
  Object.assign(hold, { spends });
}
