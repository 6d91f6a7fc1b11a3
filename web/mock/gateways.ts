import type { Hono } from 'hono';
import type {
  BootState,
  DeadLetter,
  GatewayState,
  UsageGapState,
} from '@tollgate/billing-core/contract/gateway-state.ts';
import type { RouteHealth } from '@tollgate/billing-core/contract/route-health.ts';
import type { QuotaWindowState } from '@tollgate/billing-core/contract/lease-state.ts';
import { found, page, Problem } from './http.ts';
import { ago, DAY_MS, type MockState } from './state.ts';

/** What gateways said of themselves, and what they hold. */
export interface MockFleet {
  gateways: GatewayState[];
  windows: QuotaWindowState[];
  gaps: UsageGapState[];
  letters: DeadLetter[];
  /** Of upstreams, by route. */
  health: Record<string, RouteHealth>;
}

const boot = (name: string, more: Partial<BootState> = {}): BootState => ({
  boot: name,
  state: 'live',
  version: '0.1.0',
  next_sequence: 8_071,
  watermark: ago(400),
  lag_ms: 400,
  in_doubt: 0,
  spool: {
    bytes: 18_400_000,
    bytes_max: 1_000_000_000,
    records: 212,
    oldest_ms: 380,
    told_at: ago(2_000),
  },
  started_at: ago(3 * DAY_MS),
  last_seen_at: ago(300),
  ended_at: null,
  ...more,
});

const ended = {
  spool: null,
  watermark: null,
  lag_ms: null,
  ended_at: ago(DAY_MS),
  last_seen_at: ago(DAY_MS),
};

/** One that goes on to be heard of, however long the mock runs. */
const running = (name: string): BootState =>
  Object.defineProperty(boot(name), 'last_seen_at', { get: () => ago(300), enumerable: true });

/** Two gateways: one well, one whose machine is gone. */
export function fleet(customerId: string): MockFleet {
  const [well, lost] = ['gw_7k2m9q', 'gw_p41xd8'];
  const gone = boot('bt_5f0c77d2aa', {
    lag_ms: 2 * 3_600_000,
    spool: null,
    last_seen_at: ago(2 * 3_600_000),
    watermark: ago(2 * 3_600_000),
  });
  const lease = {
    gateway: lost,
    boot: gone.boot,
    boot_state: 'live' as const,
    last_seen_at: gone.last_seen_at,
    granted: '400',
    returned: '0',
    settled: '88',
    held: '312',
  };
  return {
    gateways: [
      {
        id: well,
        created_at: ago(30 * DAY_MS),
        boots: [
          running('bt_b3f81c0a44'),
          boot('bt_91ce03ff20', { ...ended, state: 'sealed', in_doubt: 2 }),
          boot('bt_03aa912c5e', { ...ended, state: 'forfeited', in_doubt: 17 }),
        ],
      },
      { id: lost, created_at: ago(9 * DAY_MS), boots: [gone] },
    ],
    windows: [
      {
        id: `${customerId}|mtr_requests|month|29000000`,
        customer_id: customerId,
        customer_name: 'Acme',
        meter_id: 'mtr_requests',
        key_id: null,
        window: 'month',
        start: ago(20 * DAY_MS),
        resets_at: ago(-10 * DAY_MS),
        limit: '1000000',
        lent: '824000',
        outside: '0',
        repeated: '0',
        stranded: '0',
        leases: [lease],
      },
    ],
    ...losses(well),
    health: {},
  };
}

/** What is known to be lost of a gateway. */
const losses = (well: string): Pick<MockFleet, 'gaps' | 'letters'> => ({
  gaps: [
    {
      gateway: well,
      boot: 'bt_03aa912c5e',
      reason: 'corrupt_frames',
      first_frame: 88_104,
      last_frame: 88_110,
      created_at: ago(DAY_MS),
    },
  ],
  letters: [
    {
      gateway: well,
      boot: 'bt_91ce03ff20',
      sequence: 41,
      reason: 'columns differ in length',
      sha256: 'ab'.repeat(32),
      bytes: 18_233,
      created_at: ago(DAY_MS),
      resolved_at: null,
      resolution: null,
      note: null,
    },
  ],
});

export function gateways(app: Hono, { fleet: of }: MockState): void {
  app.get('/routes/:id/health', (c) =>
    c.json(of.health[c.req.param('id')] ?? { data: [], untold: 0 }),
  );
  app.get('/gateways', (c) => page(c, of.gateways));
  app.get('/usage/gaps', (c) => page(c, of.gaps));
  app.get('/usage/dead-letters', (c) => page(c, of.letters));
  app.get('/quota-windows', (c) => {
    const holds = (window: QuotaWindowState) =>
      window.leases.some((lease) => lease.boot === c.req.query('boot'));
    return page(c, of.windows.filter(holds));
  });
  app.post('/gateways/:gateway/boots/:boot/write-off', (c) => {
    const gateway = found(of.gateways.find(({ id }) => id === c.req.param('gateway')));
    const one = found(gateway.boots.find((each) => each.boot === c.req.param('boot')));
    if (one.state !== 'live') throw new Problem(409, 'state_conflict');
    Object.assign(one, { ...ended, state: 'written_off', ended_at: new Date().toISOString() });
    return c.json({ gateway: gateway.id, boot: one.boot, state: one.state });
  });
}
