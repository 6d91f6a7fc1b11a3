import { createHash } from 'node:crypto';
import { Tally } from '../../../../gateway/src/core/tally.ts';
import type { UsageRecord } from '../../../../gateway/src/core/record.ts';
import type { SyncAnswer } from '../../contract/sync.ts';
import type { Core } from '../../test/core.ts';
import { synchronise, type SyncMessage } from '../actions.ts';
import { CUSTOMER, KEY, messageOf, METER, ROUTE } from './ledger.ts';

/** Core time at which these tests stand. */
export const NOW = Date.UTC(2026, 10, 29, 12);
export const HOUR = 3_600_000;

type Sent = Partial<UsageRecord> & { idempotency?: string; since?: number };
let requests = 0;

/** A request as a gateway records it; `idempotency` is its Idempotency-Key. */
export function requestOf({ idempotency, since, ...more }: Sent = {}): UsageRecord {
  const admittedAt = more.admittedAt ?? NOW - HOUR;
  const hash = createHash('sha256')
    .update(idempotency ?? '')
    .digest('hex')
    .slice(0, 32);
  return {
    requestId: `req_${(requests += 1)}`,
    customer: CUSTOMER,
    key: KEY,
    route: ROUTE,
    routeVersion: 1,
    outcome: 'ok',
    status: 200,
    admittedAt,
    billable: true,
    quantities: [[METER, 1]],
    spent: [],
    ...(idempotency !== undefined && { once: { hash, since: since ?? admittedAt } }),
    ...more,
  };
}

/** A gateway of these tests: the real gathering of records, and the real transaction of core. */
export class OnceGateway {
  readonly boot: string;
  readonly #core: Core;
  readonly #tally = new Tally();
  #frame = 0;
  #sequence = 0;

  constructor(core: Core, boot: string) {
    this.#core = core;
    this.boot = boot;
  }

  /** The next batch, of these requests. */
  batchOf(records: readonly UsageRecord[]): SyncMessage {
    for (const record of records) this.#tally.add(record, (this.#frame += 1));
    return messageOf(this.boot, (this.#sequence += 1), this.#tally.take());
  }

  deliver(message: SyncMessage): Promise<SyncAnswer> {
    const { sql, clock } = this.#core;
    return sql.begin((tx) => synchronise(tx, message, clock.now));
  }

  send(...records: UsageRecord[]): Promise<SyncAnswer> {
    return this.deliver(this.batchOf(records));
  }
}
