import {
  type GatewayReport,
  gatewayReport,
  UPSTREAMS_TOLD_MAX,
} from '@tollgate/billing-core/contract/gateway-report.ts';
import { expect, test, vi } from 'vitest';
import { openLog } from '../log.ts';
import { StatusReport } from '../status-report.ts';

const told = (route: string, state: 'passing' | 'failing'): GatewayReport['upstreams'][number] => ({
  ...{ route, url: 'http://a.test', breaker: null },
  checks: { state, for_ms: 1 },
});
const spool = { bytes: 1, bytes_max: 2, records: 3, oldest_ms: 4 };
const reportOf = (upstreams: GatewayReport['upstreams']): GatewayReport => ({
  ...{ gateway: 'gw_1', boot: 'bt_1', spool },
  upstreams,
});

test('after a lost one comes the next; of too many it has those that are not well', async () => {
  const many = Array.from({ length: UPSTREAMS_TOLD_MAX }, (_, at) => told(`r${at}`, 'passing'));
  const sent: GatewayReport[] = [];
  const report = new StatusReport({
    read: () => reportOf([...many, told('bad', 'failing')]),
    send: async (message) => {
      sent.push(message);
      if (sent.length === 1) throw new Error('no such path');
    },
    log: openLog('silent'),
    everyMs: 1,
  });
  await vi.waitFor(() => expect(sent.length).toBeGreaterThan(2), { timeout: 30_000 });
  await report.close();
  for (const message of sent) expect(() => gatewayReport.parse(message)).not.toThrow();
  expect(sent.at(-1)?.upstreams[0]?.route).toBe('bad');
  expect(sent.at(-1)?.spool).toEqual(spool);
});

test('a core that does not answer is asked by one report at once', async () => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const read = vi.fn(() => reportOf([]));
  const report = new StatusReport({
    read,
    send: () => {
      asked += 1;
      return promise;
    },
    log: openLog('silent'),
    everyMs: 1,
  });
  await vi.waitFor(() => expect(asked).toBe(1), { timeout: 30_000 });
  await new Promise((done) => setImmediate(done));
  expect(read).toHaveBeenCalledTimes(1);
  resolve();
  await report.close();
});
