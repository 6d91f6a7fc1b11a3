import type { BatchHeader } from '@tollgate/billing-core/contract/sync.ts';
import {
  decodeBatch,
  encodeBatch,
  type GatewayCount,
} from '@tollgate/billing-core/contract/usage-batch.ts';
import { decodeRecord } from '../core/meter.ts';
import { Tally } from '../core/tally.ts';
import type { Frame, StoredBatch } from './books.ts';
import { sha256Hex } from './mint.ts';

const DAY_MS = 86_400_000;

export type Cut = {
  readonly frames: readonly Frame[];
  /** The boot's running totals as of the batch before. */
  readonly counts: readonly GatewayCount[];
  readonly sequence: number;
  readonly batchedFrame: number;
  readonly watermark: number;
};

/** The batch of these records, and the running totals with it. */
export async function cutBatch(
  of: Cut,
): Promise<{ batch: StoredBatch; counts: readonly GatewayCount[] }> {
  const tally = new Tally();
  tally.resume(of.counts);
  for (const { body } of of.frames) tally.add(decodeRecord(body));
  const content = tally.take();
  const today = Math.floor(of.watermark / DAY_MS);
  const changed = new Set(content.counts.map(countKey));
  const counts = [
    ...content.counts,
    ...of.counts.filter((count) => !changed.has(countKey(count)) && count.day >= today - 1),
  ];
  const bytes = encodeBatch(content);
  const header: BatchHeader = {
    sequence: of.sequence,
    first_frame: of.batchedFrame + 1,
    last_frame: of.frames.at(-1)?.frame ?? of.batchedFrame,
    entries: content.columns.customer.length,
    watermark: of.watermark,
    sha256: await sha256Hex(bytes),
  };
  return { batch: { header, bytes }, counts };
}

const countKey = ({ customer, meter, day }: GatewayCount): string => `${customer}|${meter}|${day}`;

/**
 * A batch that core never took, for the next boot. Its boot's units are not that boot's: what it
 * settled is counted beside the leases.
 */
export async function reboundBatch(was: StoredBatch, sequence: number): Promise<StoredBatch> {
  const content = decodeBatch(was.bytes);
  const spent = content.spent.map(({ window, settled, unleased, overdrawn }) => ({
    window,
    settled: 0,
    unleased,
    overdrawn: overdrawn + settled,
  }));
  const bytes = encodeBatch({ ...content, spent });
  return { header: { ...was.header, sequence, sha256: await sha256Hex(bytes) }, bytes };
}
