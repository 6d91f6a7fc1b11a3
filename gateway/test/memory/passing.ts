import { join } from 'node:path';
import type { KeyFact, QuotaFact } from '@tollgate/billing-core/contract/facts.ts';
import type { LeaseGrant, SyncAnswer, SyncEnvelope } from '@tollgate/billing-core/contract/sync.ts';
import { pino } from 'pino';
import { METER, OK, route } from '../../src/core/test/sample.ts';
import { CoreClock } from '../../src/node/clock.ts';
import type { CoreAnswer, CoreClient } from '../../src/node/core-client.ts';
import { FactStore } from '../../src/node/fact-store.ts';
import { Freshness } from '../../src/node/freshness.ts';
import { KeyFacts } from '../../src/node/key-facts.ts';
import { SpoolMetering } from '../../src/node/metering.ts';
import { RefusalCounts } from '../../src/node/refusals.ts';
import { Shipper } from '../../src/node/shipper.ts';
import { BatchFiles } from '../../src/node/spool/batches.ts';
import { Spool } from '../../src/node/spool/spool.ts';
import { openBootDirectory, SyncLoop } from '../../src/node/sync.ts';
import { Telemetry } from '../../src/node/telemetry.ts';
import { TillHouse } from '../../src/node/tills.ts';
import { mkdirSync } from 'node:fs';

// Customers that pass through all that a gateway remembers of them, each with a request and then
// never again: keys, tills with their leases and shares, tallies, running counts, refusals. Core
// is one that lends whatever is asked and remembers nothing, so that what grows is the gateway.

const BEGAN = Date.UTC(2026, 10, 22, 12);
const LIMIT = 1_000_000;
const PACE = { rate_per_second: 100, burst: 100, on_unreachable: 'admit' } as const;
const WAVE_MAX = 500;
/** Every so many customers one is turned away. */
const REFUSED_EVERY = 10;

const BYTES = 'mtr_bytes';
const quotaOf = (meter: string, slug: string, window: QuotaFact['window']): QuotaFact => ({
  meter_id: meter,
  meter_slug: slug,
  meter_unit: 'unit',
  meter_scale: 0,
  window,
  scope: 'customer',
  turns: [],
  limit: LIMIT,
  enforcement: 'hard',
  on_unreachable: 'refuse',
});
const ROUTE = route({
  metering: [
    { meter_id: METER, source: 'request', units: 1 },
    { meter_id: BYTES, source: 'response_bytes', units: 1 },
  ],
});

const hashOf = (customer: number): string => customer.toString(16).padStart(64, '0');
const idOf = (customer: number): string => `cus_${String(customer).padStart(24, '0')}`;

/** What core would answer of a key. A new object each time, as it comes off the wire. */
const factOf = (customer: number): KeyFact => ({
  key_id: `key_${String(customer).padStart(24, '0')}`,
  mode: 'live',
  expires_at: null,
  revoked: false,
  customer: {
    id: idOf(customer),
    state: 'active',
    subscription: { id: `sub_${customer}`, state: 'active' },
    rate_limit: { ...PACE },
    quotas: [
      quotaOf(METER, 'requests', 'month'),
      quotaOf(METER, 'requests', 'minute'),
      quotaOf(BYTES, 'bytes', 'day'),
    ],
  },
});

const grantOf = ({ window, generation, wanted }: SyncEnvelope['leases'][number]): LeaseGrant => ({
  window,
  generation,
  granted: wanted,
  limit: LIMIT,
  unlent: LIMIT,
  exhausted: false,
  retry_in_ms: null,
});

/** As core does it: who holds nothing and asks for nothing is told nothing. */
function sharesOf({ customer, demand, rate, burst, take }: SyncEnvelope['rates'][number]) {
  if (demand === 0 && rate === 0 && burst === 0) return [];
  const part = { rate: PACE.rate_per_second, burst: PACE.burst };
  return [{ customer, ...part, tokens: take, central: false, retry_in_ms: 0 }];
}

class GenerousCore extends Shipper {
  protected override post({ batch, leases, rates, end }: SyncEnvelope): Promise<SyncAnswer> {
    return Promise.resolve({
      now: BEGAN,
      boot_state: end ? 'sealed' : 'live',
      next_sequence: (batch?.sequence ?? 0) + 1,
      batch: batch && { status: 'applied', written: batch.entries },
      grants: leases.map(grantOf),
      shares: rates.flatMap(sharesOf),
      desk: 1,
      as_of: '1',
    });
  }
}

export type PassingOf = {
  /** How many customers come in a second of the gateway's time. */
  perSecond: number;
  /** Smaller than in a gateway, so that fewer customers show what is bounded. */
  keysMax?: number;
  countsMax?: number;
};
export type Seen = { tills: number; keys: number; counts: number };

export class Passing {
  readonly #keys: KeyFacts;
  readonly #tills: TillHouse;
  readonly #metering: SpoolMetering;
  readonly #refusals: RefusalCounts;
  readonly #store: FactStore;
  readonly #spool: Spool;
  readonly #loop: SyncLoop;
  readonly #perSecond: number;
  #now = 0;
  #next = 0;

  constructor(folder: string, { perSecond, keysMax, countsMax }: PassingOf) {
    this.#perSecond = perSecond;
    const log = pino({ level: 'silent' });
    const clock = new CoreClock(
      () => BEGAN + this.#now,
      () => this.#now,
    );
    clock.learn(BEGAN, 0, 0);
    const wallNow = (): number => BEGAN + this.#now;
    this.#store = new FactStore(folder, 'secret', keysMax);
    const core = { get: (path: string) => this.#answer(path) } as unknown as CoreClient;
    const freshness = new Freshness(wallNow, wallNow());
    const telemetry = new Telemetry();
    const known = { core, store: this.#store, freshness, clock, telemetry, log };
    this.#keys = new KeyFacts(known);
    this.#refusals = new RefusalCounts(clock);
    mkdirSync(join(folder, 'boots'));
    const dir = openBootDirectory(folder, 'bt_1', false);
    const batches = new BatchFiles(dir, { durable: false });
    const onFatal = (error: unknown): void => {
      throw error;
    };
    const [gateway, boot, fingerprint] = ['gw_1', 'bt_1', 'sp_1'];
    this.#spool = new Spool({ dir, gateway, boot, fingerprint, fsync: 'never', onFatal });
    const name = { gateway, boot, by: boot, fingerprint, version: 'test' };
    const way = { coreUrl: '', token: '', random: () => 0.5 };
    const shipper = new GenerousCore({
      name,
      batches,
      clock,
      wallNow,
      log,
      recovery: null,
      ...way,
    });
    this.#tills = new TillHouse({
      clock,
      askCore: () => this.#loop.kick(),
      reachable: () => true,
      away: () => false,
      clockReady: Promise.resolve(),
      mayAdmit: () => null,
    });
    this.#metering = new SpoolMetering({
      spool: this.#spool,
      batches,
      ...(countsMax && { countsMax }),
      tills: this.#tills,
      clock,
      onFull: () => this.#loop.kick(),
      onStuck: onFatal,
    });
    this.#loop = new SyncLoop({
      shipper,
      batches,
      metering: this.#metering,
      tills: this.#tills,
      refusals: this.#refusals,
      clock,
      wallNow,
      log,
      onAcknowledged: () => this.#spool.dropThrough(this.#metering.acknowledgedFrame()),
      onHousekeeping: () => {},
      onRecovery: () => {},
      onBroken: onFatal,
      isLeft: () => false,
      onEnded: () => onFatal(new Error('the boot ended')),
    });
    this.#loop.start();
  }

  get seen(): Seen {
    return { tills: this.#tills.size, keys: this.#keys.size, counts: this.#metering.counted };
  }

  #answer(path: string): Promise<CoreAnswer> {
    const customer = Number.parseInt(path.slice(path.lastIndexOf('/') + 1), 16);
    return Promise.resolve({ status: 200, body: factOf(customer) });
  }

  /** So many more customers come and go. */
  async pass(customers: number): Promise<void> {
    const end = this.#next + customers;
    while (this.#next < end) {
      // Short beside the gateway's own rhythms.
      const most = Math.min(WAVE_MAX, Math.ceil(this.#perSecond / 2));
      const wave = Math.min(most, end - this.#next);
      const first = this.#next;
      this.#next += wave;
      this.#now += (wave / this.#perSecond) * 1_000;
      await Promise.all(Array.from({ length: wave }, (_, at) => this.#serve(first + at)));
    }
  }

  async #serve(customer: number): Promise<void> {
    const fact = await this.#keys.load(hashOf(customer));
    if (!fact) throw new Error('core knows no such key');
    if (customer % REFUSED_EVERY === 0)
      return this.#refusals.count(fact.customer.id, 'key_revoked');
    const requestId = `req_${customer}`;
    const asked = { requestId, fact, route: ROUTE, requestBytes: 0 };
    const admission = await this.#tills.admit(asked);
    if (admission.kind === 'refused') throw new Error(admission.refusal.reason);
    const { hold } = admission;
    await new Promise<void>((resolve) => this.#metering.begin(hold, resolve));
    await new Promise<void>((resolve) => this.#metering.settle(hold, OK, resolve));
  }

  /** Nobody comes for so long; housekeeping goes on. */
  async rest(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1_000) {
      this.#now += 1_000;
      this.#loop.kick();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async close(): Promise<void> {
    await this.#loop.close(1_000);
    this.#spool.close();
    this.#store.close();
  }
}
