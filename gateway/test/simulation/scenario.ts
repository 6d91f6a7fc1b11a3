import { createHash } from 'node:crypto';
import { formatApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import type {
  MeteringFact,
  QuotaScope,
  RouteFact,
  WindowKind,
} from '@tollgate/billing-core/contract/facts.ts';
import type { Calendar } from '../../../billing-core/src/subscriptions/calendar.ts';
import type { FsyncPolicy } from '../../src/node/spool/spool.ts';
import { Random } from './random.ts';

export type QuotaSpec = {
  kind: WindowKind;
  scope: QuotaScope;
  limit: number;
  onUnreachable: 'admit' | 'refuse';
};
export type Plan = {
  quotas: QuotaSpec[];
  rate: {
    rate_per_second: number;
    burst: number;
    on_unreachable: 'admit' | 'refuse';
  } | null;
};
export type Source = Extract<
  MeteringFact['source'],
  'request' | 'request_bytes' | 'response_bytes'
>;
export type KeySpec = { id: string; text: string; hash: string };
export type CustomerSpec = {
  id: string;
  keys: KeySpec[];
  /** Every customer has a route of its own, which meters as this says. */
  source: Source;
  units: number;
  /** Units set aside for a response of unknown cost; none where it is null. */
  maxCost: number | null;
  calendar: Calendar;
  plan: Plan;
};

export const FAULTS = [
  'crash',
  'crash_on_disk',
  'restart',
  'power_cut',
  'disk_loss',
  'disk_full',
  'sync_error',
  'bit_rot',
  'partition',
  'slow_core',
  'core_restart',
  'plan_change',
  'revocation',
  'clock_jump',
  'freeze',
  'suspend',
  'write_off',
  'desk_away',
  'lull',
] as const;
/** What loses most comes more often. */
const LIKELY = [...FAULTS, 'crash', 'crash_on_disk', 'crash_on_disk', 'core_restart'] as const;
export type FaultKind = (typeof FAULTS)[number];
export type Fault = { kind: FaultKind; at: number; lasts: number };

export type Weather = {
  latencyMs: number;
  jitterMs: number;
  /** Chances: of each way of a message, and of each answer. */
  lost: number;
  doubled: number;
  late: number;
  failing: number;
};

/** Everything a seed decides before the first event. Times are ms from the start. */
export type Scenario = {
  startsAt: number;
  lastsMs: number;
  gateways: {
    fsync: FsyncPolicy;
    whenFull: 'refuse' | 'admit';
    spoolBytesMax: number;
    wallAheadMs: number;
    weight: number;
  }[];
  customers: CustomerSpec[];
  billable: RouteFact['billable_outcomes'];
  timeoutMs: number;
  requestEveryMs: number;
  upstream: { error: number; slow: number; stream: number; never: number; abort: number };
  weather: Weather;
  faults: Fault[];
  /** Core's clock is ahead for a time, and is then set right. */
  coreAhead: { at: number; lasts: number; ms: number } | null;
};

export const METER = 'mtr_requests';
const MIDNIGHT_AT_END_OF_MONTH = Date.UTC(2026, 11, 1);
const MINUTE_MS = 60_000;
/** Of requests and of responses. */
export const BODY_BYTES_MAX = 60;
const KINDS = ['minute', 'minute', 'minute', 'hour', 'day', 'month', 'billing_period'] as const;
const digits = (number: number, length: number): string => String(number).padStart(length, '0');

function keyOf(customer: number, letter: string): KeySpec {
  const secret = `${letter}${digits(customer, 31)}`;
  const text = formatApiKey({ mode: 'live', customerRef: digits(customer, 10), secret });
  const hash = createHash('sha256').update(text).digest('hex');
  return { id: `key_${digits(customer, 23)}${letter}`, text, hash };
}

function planOf(random: Random, source: Source): Plan {
  const limit = random.pick([1, 5, 20, 60, 200]) * (source === 'request' ? 1 : 30);
  const onUnreachable = random.chance(0.3) ? 'admit' : 'refuse';
  const kind = random.pick(KINDS);
  const scope = random.chance(0.15) ? 'key' : 'customer';
  const quotas: QuotaSpec[] = [{ kind, scope, limit, onUnreachable }];
  // A request that two windows limit takes of both or of none.
  if (kind === 'minute' && random.chance(0.4)) {
    const more = { kind: 'month', scope: 'customer', onUnreachable } as const;
    quotas.push({ ...more, limit: limit * random.pick([1, 2]) });
  }
  if (random.chance(0.5)) return { quotas, rate: null };
  const rate_per_second = random.pick([1, 3, 10, 25, 50]);
  const on_unreachable = random.pick(['admit', 'admit', 'refuse'] as const);
  return { quotas, rate: { rate_per_second, burst: random.pick([1, 2, 10, 40]), on_unreachable } };
}

/** Billing periods begin about a month ago, so that one turns in the midst of a run. */
function calendarOf(random: Random): Calendar {
  const startedAt = Date.UTC(2026, 10, 1) + random.int(-4, 1) * MINUTE_MS;
  const current = random.pick(['UTC', 'UTC', 'UTC', 'Asia/Kolkata']);
  return { zones: { current, earlier: [] }, anchor: { startedAt, timeZone: 'UTC' } };
}

function customerOf(random: Random, number: number): CustomerSpec {
  const source = random.chance(0.3)
    ? random.pick(['request_bytes', 'response_bytes'] as const)
    : 'request';
  return {
    id: `cus_${digits(number, 24)}`,
    keys: [keyOf(number, 'a'), keyOf(number, 'b')],
    source,
    units: source === 'request' ? random.pick([1, 1, 1, 3]) : 1,
    maxCost: source === 'response_bytes' && random.chance(0.5) ? BODY_BYTES_MAX : null,
    calendar: calendarOf(random),
    plan: planOf(random, source),
  };
}

/** Requests with a path of this customer's. */
export const pathOf = ({ id }: CustomerSpec): string => `/${id}`;

export function routesOf({ customers, billable, timeoutMs }: Scenario): RouteFact[] {
  return customers.map((spec) => ({
    id: `rte_${spec.id}`,
    version: 1,
    name: spec.id,
    host: '*',
    path_pattern: `${pathOf(spec)}/*`,
    methods: ['*'],
    upstream_url: 'http://upstream.invalid',
    strip_prefix: null,
    metering: [
      {
        meter_id: METER,
        source: spec.source,
        units: spec.units,
        ...(spec.maxCost !== null && { max_cost: spec.maxCost }),
      },
    ],
    billable_outcomes: billable,
    timeout_ms: timeoutMs,
    max_body_bytes: BODY_BYTES_MAX,
    public: false,
  }));
}

/** Bytes of a request's body, as its head announces them. */
export const bodyBytesOf = (random: Random, { source }: CustomerSpec): number =>
  source === 'request_bytes' ? random.int(0, BODY_BYTES_MAX) : 0;

function weatherOf(random: Random): Weather {
  const calm = random.chance(0.3);
  return {
    latencyMs: random.pick([0.2, 2, 20]),
    jitterMs: random.pick([0, 1, 30]),
    lost: calm ? 0 : random.pick([0, 0.02, 0.15]),
    doubled: calm ? 0 : random.pick([0, 0.05, 0.3]),
    late: calm ? 0 : random.pick([0, 0.03, 0.1]),
    failing: calm ? 0 : random.pick([0, 0, 0.05]),
  };
}

function faultsOf(random: Random, lastsMs: number): Fault[] {
  const number = random.chance(0.1) ? 0 : random.int(1, 9);
  const faults: Fault[] = [];
  for (let i = 0; i < number; i++) {
    const kind = random.pick(LIKELY);
    const at = random.between(3_000, lastsMs * 0.9);
    faults.push({ kind, at, lasts: random.pick([300, 2_000, 8_000, 25_000, 140_000]) });
  }
  return faults;
}

/** A spool that is hardly ever full but for its disk, and one that a core away fills at once. */
const SPOOL_BYTES_MAX = { large: 1 << 30, little: 1_500 };
/** In one of so many seeds. */
const LITTLE_EVERY = 11;

/** In one of so many seeds; with random numbers of its own, so that all others stay as they are. */
const CORE_AHEAD_EVERY = 11;
const CORE_AHEAD_SALT = 0x1f123bb5;

function coreAheadOf(seed: number, lastsMs: number): Scenario['coreAhead'] {
  if (seed % CORE_AHEAD_EVERY !== 4) return null;
  const random = new Random(seed ^ CORE_AHEAD_SALT);
  return {
    at: random.between(0, lastsMs / 2),
    lasts: random.between(2_000, lastsMs / 2),
    ms: random.pick([3_000, 8_000, 100_000, 3_600_000, 86_400_000]),
  };
}

/** What happens in this seed. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(seed);
  const lastsMs = random.pick([20_000, 40_000, 80_000, 150_000, 220_000]);
  const count = random.pick([1, 2, 2, 3, 4]);
  const fsync = random.pick(['interval', 'interval', 'interval', 'always', 'never'] as const);
  const customers = random.pick([1, 1, 2, 3]);
  const isLittle = seed % LITTLE_EVERY === 7;
  return {
    startsAt: MIDNIGHT_AT_END_OF_MONTH - random.between(0, 1.2 * lastsMs),
    lastsMs,
    gateways: Array.from({ length: count }, (_, at) => ({
      fsync,
      whenFull: isLittle || (seed + at) % 3 === 0 ? ('admit' as const) : ('refuse' as const),
      spoolBytesMax: isLittle ? SPOOL_BYTES_MAX.little : SPOOL_BYTES_MAX.large,
      wallAheadMs: random.pick([0, 0, 50, -3_000, 3_600_000, -3_600_000]),
      weight: random.pick([1, 1, 9]),
    })),
    customers: Array.from({ length: customers }, (_, at) => customerOf(random, at + 1)),
    billable: random.pick([['ok'], ['ok'], ['ok', 'client_error'], ['ok', 'client_abort']]),
    timeoutMs: random.pick([3_000, 3_000, 45_000]),
    requestEveryMs: lastsMs / random.pick([150, 300, 600]),
    upstream: {
      error: random.pick([0, 0.1]),
      slow: random.pick([0, 0.05]),
      stream: random.pick([0, 0, 0.1]),
      never: random.pick([0, 0.02]),
      abort: random.pick([0, 0.05]),
    },
    weather: weatherOf(random),
    faults: faultsOf(random, lastsMs),
    coreAhead: coreAheadOf(seed, lastsMs),
  };
}
