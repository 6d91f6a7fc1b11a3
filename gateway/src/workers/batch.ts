import type { BatchHeader } from '@tollgate/billing-core/contract/sync.ts';
import {
  decodeBatch,
  encodeBatch,
  type GatewayCount,
} from '@tollgate/billing-core/contract/usage-batch.ts';
import { decodeRecord } from '../core/record.ts';
import { Rebinding } from '../core/rebind.ts';
import { countKey, Tally } from '../core/tally.ts';
import type { Frame, StoredBatch } from './books.ts';
import { sha256Hex } from './mint.ts';

const DAY_MS = 86_400_000;

/** Batches, and the running totals they come to. */
export type Rebound = {
  readonly batches: readonly StoredBatch[];
  readonly counts: readonly GatewayCount[];
};

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
  for (const { frame, body } of of.frames) tally.add(decodeRecord(body), frame);
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

/**
 * Batches that core never took, for the next boot. Their boot's units are not that boot's: what
 * they settled is counted beside its leases.
 */
export async function reboundBatches(were: readonly StoredBatch[]): Promise<Rebound> {
  const rebinding = new Rebinding({ returned: true });
  const batches: StoredBatch[] = [];
  for (const was of were) {
    const bytes = encodeBatch(rebinding.take(decodeBatch(was.bytes), was.header.first_frame));
    const sequence = batches.length + 1;
    batches.push({ header: { ...was.header, sequence, sha256: await sha256Hex(bytes) }, bytes });
  }
  return { batches, counts: rebinding.counts };
}
