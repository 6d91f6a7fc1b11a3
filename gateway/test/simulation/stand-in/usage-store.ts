import type * as Real from '../../../../billing-core/src/usage/store.ts';
import { bootName, ledgerKey, WATERMARK_INFINITE, type BootRow, type Tables } from '../tables.ts';

// usage/store.ts over the tables in memory: what a sync needs of it.

const tablesOf = (tx: unknown): Tables => tx as Tables;
const nameOf = (boot: Pick<Real.BootRow, 'gateway_id' | 'boot_id'>): string =>
  bootName({ gateway: boot.gateway_id, boot: boot.boot_id });
const batchKey = (of: Real.BatchKey): string => `${bootName(of)}|${of.sequence}`;

const NEVER_WENT_BACK = {
  recovery: 0,
  newest_recovery: 0,
  recovered: true,
  server_moved: false,
};

export const lockBoot: typeof Real.lockBoot = async (tx, from) => {
  const tables = tablesOf(tx);
  const { gateway, boot, by, message, fingerprint } = from;
  const name = bootName(from);
  const { now } = tables.world;
  const isOwn = by === boot;
  const found: BootRow = tables.boots.get(name) ?? {
    name,
    gateway_id: gateway,
    boot_id: boot,
    state: 'live',
    next_sequence: 1n,
    last_frame: 0n,
    watermark: 0n,
    fingerprint,
    last_message: 0n,
    lastSeenAt: isOwn ? now : 0,
    inDoubt: 0,
  };
  const isNew = !tables.boots.has(name);
  const said = BigInt(message);
  const last_message = isOwn && said > found.last_message ? said : found.last_message;
  const lastSeenAt = isOwn ? now : found.lastSeenAt;
  tables.put(tables.boots, name, { ...found, last_message, lastSeenAt });
  return {
    ...found,
    silent_ms: now - found.lastSeenAt,
    is_new: isNew,
    ...NEVER_WENT_BACK,
  };
};

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

export const moveBoot: typeof Real.moveBoot = async (tx, boot, to) => {
  const tables = tablesOf(tx);
  const row = tables.boots.get(nameOf(boot)) as BootRow;
  tables.put(tables.boots, row.name, {
    ...row,
    next_sequence: to.nextSequence,
    watermark: later(row.watermark, BigInt(to.watermark ?? 0)),
    last_frame: later(row.last_frame, BigInt(to.lastFrame ?? 0)),
  });
};

export const endBoot: typeof Real.endBoot = async (tx, boot, { state, inDoubt }) => {
  const tables = tablesOf(tx);
  const row = tables.boots.get(nameOf(boot)) as BootRow;
  const watermark = WATERMARK_INFINITE;
  tables.put(tables.boots, row.name, { ...row, state, inDoubt, watermark });
  tables.world.note(`core ${row.name} is ${state}, ${inDoubt} in doubt`);
  tables.world.count(`boot ${state}`);
};

export const batchChecksum: typeof Real.batchChecksum = async (tx, key) =>
  tablesOf(tx).checksums.get(batchKey(key));

/** Everybody has a subscription all along. */
export const firstBegan: typeof Real.firstBegan = async () => new Map();

export const insertBatch: typeof Real.insertBatch = async (tx, key, { sha256 }) => {
  const tables = tablesOf(tx);
  if (tables.checksums.has(batchKey(key))) throw new Error('duplicate key: usage_batches');
  tables.put(tables.checksums, batchKey(key), Buffer.from(sha256, 'hex'));
};

export const insertEntries: typeof Real.insertEntries = async (tx, of, { columns }) => {
  const tables = tablesOf(tx);
  columns.customer.forEach((_, at) => {
    const [key, minute] = [columns.key[at] as string, columns.minute[at] as number];
    const outcome = columns.outcome[at] as string;
    const billable = columns.billable[at] as boolean;
    const [requests, quantity] = [columns.requests[at] as number, columns.quantity[at] as number];
    const id = ledgerKey(bootName(of), { key, minute, outcome, billable });
    const row = tables.ledger.get(id) ?? { requests: 0, quantity: 0 };
    tables.put(tables.ledger, id, {
      requests: row.requests + requests,
      quantity: row.quantity + quantity,
    });
  });
  return columns.customer.length;
};

export const mergeCounts: typeof Real.mergeCounts = async (tx, key, counts) => {
  const tables = tablesOf(tx);
  for (const { customer, meter, day, requests, quantity, billable, since = 0 } of counts) {
    const id = `${bootName(key)}|${customer}|${meter}|${day}|${since}`;
    const was = tables.counts.get(id) ?? { requests: 0, quantity: 0, billable: 0 };
    tables.put(tables.counts, id, {
      requests: Math.max(was.requests, requests),
      quantity: Math.max(was.quantity, quantity),
      billable: Math.max(was.billable, billable),
    });
  }
};

export const insertGaps: typeof Real.insertGaps = async (tx, boot, gaps) => {
  const tables = tablesOf(tx);
  for (const { reason, first_frame: first, last_frame: last } of gaps) {
    const id = `${nameOf(boot)}|${reason}|${first}|${last}`;
    if (!tables.gaps.has(id)) tables.world.count('gap reported');
    tables.put(tables.gaps, id, { boot: nameOf(boot), reason, first, last });
  }
};

/** No customer of the simulation has a clock of its own. */
export const clocksAhead: typeof Real.clocksAhead = async () => new Map();

export const addRefusals: typeof Real.addRefusals = async (tx, refusals) => {
  const tables = tablesOf(tx);
  for (const { customer, requests } of refusals) {
    tables.put(tables.refusals, customer, (tables.refusals.get(customer) ?? 0) + requests);
  }
};
