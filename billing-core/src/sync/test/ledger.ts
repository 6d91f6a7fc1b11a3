import { createHash } from 'node:crypto';
import type { SyncEnvelope } from '../../contract/sync.ts';
import { encodeBatch, type UsageBatch } from '../../contract/usage-batch.ts';
import type { SyncMessage } from '../actions.ts';

/** What tests of the ledger say: batches of requests of one customer. */
export const CUSTOMER = 'cus_00000000000000000000test';
export const KEY = 'key_00000000000000000000test';
export const ROUTE = 'rte_00000000000000000000test';
export const METER = 'mtr_requests';

export function usageOf(requests: number, of: Partial<{ minute: number; key: string }> = {}) {
  const { minute = 29_000_000, key = KEY } = of;
  const batch: UsageBatch = {
    columns: {
      customer: [CUSTOMER],
      key: [key],
      route: [ROUTE],
      route_version: [1],
      meter: [METER],
      outcome: ['ok'],
      minute: [minute],
      billable: [true],
      requests: [requests],
      quantity: [requests],
    },
    counts: [
      {
        customer: CUSTOMER,
        meter: METER,
        day: Math.floor(minute / 1440),
        requests,
        quantity: requests,
        billable: requests,
      },
    ],
    spent: [],
  };
  return batch;
}

let messages = 0;

export const envelopeOf = (boot: string, more: Partial<SyncEnvelope> = {}): SyncEnvelope => ({
  v: 1,
  gateway: 'gw_test',
  boot,
  by: boot,
  fingerprint: 'sp_test',
  version: 'test',
  batch: null,
  watermark: null,
  leases: [],
  message: (messages += 1),
  rates: [],
  gaps: [],
  skip: null,
  refusals: [],
  end: null,
  ...more,
});

/** A message that carries this batch under this sequence. */
export function messageOf(boot: string, sequence: number, batch: UsageBatch): SyncMessage {
  const bytes = encodeBatch(batch);
  const header = {
    sequence,
    first_frame: sequence,
    last_frame: sequence,
    watermark: 1_000 * sequence,
    entries: batch.columns.customer.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  return { envelope: envelopeOf(boot, { batch: header }), bytes };
}
