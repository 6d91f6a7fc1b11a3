import type { BootState } from '@tollgate/billing-core/contract/gateway-state.ts';
import { expect, test } from 'vitest';
import { fleet } from '../../mock/gateways.ts';
import { bootHealth, heldBy, heldByMeter, isSilent, lagText } from './boots.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const boot = (state: BootState['state'], seenAgoMs: number): BootState => ({
  boot: 'bt_1',
  state,
  version: '1',
  next_sequence: 1,
  watermark: null,
  lag_ms: null,
  in_doubt: 0,
  spool: null,
  started_at: '2026-11-22T00:00:00Z',
  last_seen_at: new Date(NOW - seenAgoMs).toISOString(),
  ended_at: null,
});

test.each([
  ['live', 30_000, 'Live'],
  ['live', 30_001, 'Silent'],
  ['sealed', 9e9, 'Sealed'],
  ['forfeited', 9e9, 'Forfeited'],
  ['written_off', 0, 'Written off'],
] as const)('%s and heard of %d ms ago reads %s', (state, ago, label) => {
  expect(bootHealth(boot(state, ago), NOW).label).toBe(label);
  expect(isSilent(boot(state, ago), NOW)).toBe(label === 'Silent');
});

test.each([
  [null, '–'],
  [0, 'under 1 s'],
  [90_000, '1 min'],
  [-4_999, 'under 1 s'],
  [-7_200_000, '2 h ahead'],
])('%s ms behind reads %s', (lag_ms, text) => {
  expect(lagText({ ...boot('live', 0), lag_ms })).toBe(text);
});

test('what a boot holds is summed up by meter, exactly, and of that boot alone', () => {
  const [window] = fleet('cus_1').windows;
  const [lease] = window!.leases;
  const other = { ...lease!, boot: 'bt_other', held: '7' };
  const more = { ...window!, id: 'w2', leases: [{ ...lease!, held: '0.5' }, other] };
  const held = heldBy(lease!.boot, [window!, more, { ...window!, leases: [other] }]);
  expect(held.map((row) => row.held)).toEqual(['312', '0.5']);
  expect([...heldByMeter(held)]).toEqual([['mtr_requests', '312.5']]);
});
