import { createHash } from 'node:crypto';
import type { SyncEnvelope } from '../billing-core/src/contract/sync.ts';
import { encodeBatch, type UsageBatch } from '../billing-core/src/contract/usage-batch.ts';
import type { SyncMessage } from '../billing-core/src/sync/actions.ts';

/** A batch as the gateway stores it; made before the clock runs, for that is the gateway's work. */
export type Encoded = { bytes: Uint8Array; sha256: string; entries: number };

export function encoded(batch: UsageBatch): Encoded {
  const bytes = encodeBatch(batch);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { bytes, sha256, entries: batch.columns.customer.length };
}

/** The batch under its sequence in a boot, as the sync endpoint gets it. */
export function messageOf(
  name: { gateway: string; boot: string },
  sequence: number,
  { bytes, sha256, entries }: Encoded,
): SyncMessage {
  const envelope: SyncEnvelope = {
    v: 1,
    ...name,
    fingerprint: `sp_${name.gateway}`,
    version: 'bench',
    batch: {
      sequence,
      first_frame: sequence * 10_000,
      last_frame: sequence * 10_000 + 9_999,
      watermark: sequence * 1_000,
      entries,
      sha256,
    },
    watermark: null,
    leases: [],
    by: name.boot,
    message: sequence,
    rates: [],
    gaps: [],
    skip: null,
    refusals: [],
    end: null,
  };
  return { envelope, bytes };
}
