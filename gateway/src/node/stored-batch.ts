import { encodeBatch, type UsageBatch } from '@tollgate/billing-core/contract/usage-batch.ts';
import { sha256Hex, type StoredBatch } from './spool/batches.ts';

/** A batch made of a tally's content. */
export function storedBatch(
  batch: UsageBatch,
  of: { sequence: number; firstFrame: number; lastFrame: number; watermark: number },
): StoredBatch {
  const bytes = Buffer.from(encodeBatch(batch));
  const header = {
    sequence: of.sequence,
    first_frame: of.firstFrame,
    last_frame: of.lastFrame,
    entries: batch.columns.customer.length,
    watermark: of.watermark,
    sha256: sha256Hex(bytes),
  };
  return { header, bytes };
}
