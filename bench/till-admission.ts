import { performance } from 'node:perf_hooks';
import type { QuotaFact } from '../billing-core/src/contract/facts.ts';
import { openRate, takeShare } from '../gateway/src/core/rate.ts';
import { keyFact, METER, OK, request, route } from '../gateway/src/core/test/sample.ts';
import { admit, offerTo, openTill, settle, type Till } from '../gateway/src/core/till.ts';
import type { AdmissionRequest } from '../gateway/src/ports.ts';
import { median, quantile, shownUsage, watchMachine } from './machine.ts';
import { say } from './say.ts';

const BAR_US = 20;
const US_PER_MS = 1_000;
const LENT = 1_000_000_000;
const WARM_UP_ROUNDS = 1;
const ADMISSIONS_PER_MS = 20;
const BEGAN = Date.UTC(2026, 10, 22, 12);

// What a plan usually asks for: a rate, and three hard quotas over two meters.
const BYTES = 'mtr_bytes';
const quota = (meter: string, slug: string, window: QuotaFact['window']): QuotaFact => ({
  meter_id: meter,
  meter_slug: slug,
  window,
  meter_unit: 'request',
  meter_scale: 0,
  scope: 'customer',
  turns: [],
  limit: LENT,
  enforcement: 'hard',
  on_unreachable: 'refuse',
});
const asked: AdmissionRequest = request({
  fact: keyFact({
    rate_limit: { rate_per_second: LENT, burst: LENT, on_unreachable: 'admit' },
    quotas: [
      quota(METER, 'requests', 'month'),
      quota(METER, 'requests', 'day'),
      quota(BYTES, 'bytes', 'month'),
    ],
  }),
  route: route({
    metering: [
      { meter_id: METER, source: 'request', units: 1 },
      { meter_id: BYTES, source: 'response_bytes', units: 1 },
    ],
  }),
});

/** A till that has been asked before: its leases and its share of the rate are there. */
function warmTill(customer: number, now: number): Till {
  const till = openTill(`cus_${customer}`);
  till.rate = openRate(now);
  const share = { rate: LENT, burst: LENT, tokens: LENT, central: false, retry_in_ms: 0 };
  takeShare(till.rate, { customer: till.customerId, ...share }, { sentAt: now, now });
  admit(till, asked, now);
  for (const lease of till.leases.values()) lease.granted = LENT;
  return till;
}

/** Times in µs of one admission and settlement each, over many tills in turn. */
function round(tills: Till[], admissions: number): Float64Array {
  const times = new Float64Array(admissions);
  for (let turn = 0; turn < admissions; turn++) {
    const till = tills[(turn * 7_919) % tills.length] as Till;
    const now = BEGAN + Math.floor(turn / ADMISSIONS_PER_MS);
    const from = performance.now();
    offerTo(till, asked, now);
    const answer = admit(till, asked, now);
    if (answer.kind !== 'admitted') throw new Error(`not warm: ${answer.kind}`);
    settle(till, answer.hold, OK);
    times[turn] = (performance.now() - from) * US_PER_MS;
  }
  return times;
}

export type AdmissionBench = { admissions: number; rounds: number; customers: number };

const us = (list: number[]): string => list.map((value) => value.toFixed(2)).join(' ');

/** `npm run bench:till`: what one warm admission costs, with its settlement; true below the bar. */
export function admission({ admissions, rounds, customers }: AdmissionBench): boolean {
  const p50: number[] = [];
  const p99: number[] = [];
  const watch = watchMachine();
  for (let turn = 0; turn < rounds + WARM_UP_ROUNDS; turn++) {
    const tills = Array.from({ length: customers }, (_, customer) => warmTill(customer, BEGAN));
    const times = [...round(tills, admissions)];
    if (turn < WARM_UP_ROUNDS) continue;
    p50.push(quantile(times, 0.5));
    p99.push(quantile(times, 0.99));
  }
  say(`till: offer, admit and settle, ${customers} customers, ${admissions} admissions a round`);
  say(`  p50 ${us(p50)}; p99 ${us(p99)} µs by round; ${shownUsage(watch())}`);
  const passed = median(p99) < BAR_US;
  const verdict = passed ? 'under' : 'OVER';
  say(`  median p99 ${median(p99).toFixed(2)} µs is ${verdict} the bar of ${BAR_US} µs`);
  return passed;
}
