import { afterEach, expect, test, vi } from 'vitest';
import { pino } from 'pino';
import { formatApiKey } from '@tollgate/billing-core/contract/api-key.ts';
import { LOGGED_MAX, type RequestLogMessage } from '@tollgate/billing-core/contract/request-log.ts';
import { hash } from 'node:crypto';
import { refuse } from '../src/core/refusal.ts';
import { RequestLog, SAMPLED_MAX, SAMPLED_PER_SECOND, type Seen } from '../src/node/request-log.ts';
import { KEY, keyFact, openRig, routeFact, type Rig, type RigOptions, WAIT } from './rig.ts';

// Single requests are told beside the batches: bounded, sampled, the first to go, and counted.

let rig: Rig | undefined;
let log: RequestLog | undefined;
afterEach(async () => {
  await log?.close();
  await rig?.close();
  rig = undefined;
});

type Sent = RequestLogMessage;

function openLog(over: Partial<ConstructorParameters<typeof RequestLog>[0]> = {}) {
  const sent: Sent[] = [];
  log = new RequestLog({
    mode: 'sampled',
    clock: { now: () => 1_000_000 },
    log: pino({ level: 'silent' }),
    send: (message) => Promise.resolve(void sent.push(message)),
    ...over,
  });
  return { log, requests: () => sent.flatMap(({ requests }) => requests), sent };
}

async function gatewayWith(options: RigOptions = {}) {
  const opened = openLog();
  rig = await openRig(options);
  Object.assign(rig.host, { requestLog: opened.log });
  const ask = async (path: string, key: string | null = KEY) => {
    const headers = key === null ? {} : { authorization: `Bearer ${key}` };
    const answer = await fetch(`${rig?.url}${path}`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };
  return { ...opened, ask };
}

const counts = { meter_id: 'mtr_requests', source: 'request', units: 1 } as never;

test('an admitted request is told with its route, its units and where its time went', async () => {
  const { ask, requests } = await gatewayWith({
    routes: (upstream) => [routeFact({ upstream_url: upstream, metering: [counts] })],
  });
  expect(await ask('/weather/today?token=secret')).toBe(200);
  await vi.waitFor(() => expect(requests()).toHaveLength(1), WAIT);
  const [told] = requests();
  expect(told).toMatchObject({
    customer: 'cus_1',
    key: 'key_1',
    route: 'rte_1',
    method: 'GET',
    path: '/weather/today',
    status: 200,
    reason: null,
    billable: true,
    units: [['mtr_requests', 1]],
    response_bytes: 5,
  });
  const { duration_ms, decided_ms, upstream_ms } = told!;
  expect(decided_ms! + upstream_ms!).toBeLessThanOrEqual(duration_ms + 0.02);
  expect(JSON.stringify(told)).not.toContain('secret');
});

test('a refused one is told with its cause, and whose key it showed', async () => {
  const { ask, requests } = await gatewayWith({
    routes: (upstream) => [routeFact({ upstream_url: upstream, path_pattern: '/open/*' })],
    fact: keyFact({ revoked: true }),
  });
  expect(await ask('/nowhere')).toBe(404);
  expect(await ask('/open/x')).toBe(401);
  expect(await ask('/open/x', `${KEY.slice(0, -1)}-`)).toBe(401);
  expect(await ask('/open/x', null)).toBe(401);
  await vi.waitFor(() => expect(requests()).toHaveLength(3), WAIT);
  expect(
    requests().map(({ reason, customer, key_hash, key_ref }) => [
      reason,
      customer,
      key_hash,
      key_ref,
    ]),
  ).toEqual([
    ['route_not_found', null, hash('sha256', KEY), null],
    ['key_revoked', 'cus_1', null, null],
    ['key_malformed', null, null, 'AbCdEfGhIj'],
  ]);
  expect(JSON.stringify(requests())).not.toContain(KEY.slice(20));
});

test.each([
  ['key', formatApiKey({ mode: 'live', customerRef: 'x'.repeat(10), secret: 'y'.repeat(32) })],
  ['token of another issuer', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhX2IifQ.c2ln_bmF0dXJl'],
])('a %s that a client put into its path is in no log', async (_name, secret) => {
  const { ask, requests } = await gatewayWith();
  await ask(`/by-key/${secret.replace('_', '%5f')}`);
  await vi.waitFor(() => expect(requests()).toHaveLength(1), WAIT);
  expect(requests()[0]?.path).toBe('(a path with a key in it)');
});

const seen = (): Seen => ({
  requestId: 'req_1',
  method: 'GET',
  target: '/x',
  rawHeaders: [],
  startedAt: performance.now(),
});
const known = { fact: keyFact() };

test('of many requests a sample is told, and the rest counted to the unit', async () => {
  const { log: opened, requests, sent } = openLog();
  for (let at = 0; at < 1_000; at++) opened.refused(seen(), refuse('rate_limited'), known);
  await opened.close();
  expect(requests().length).toBe(SAMPLED_PER_SECOND / 2);
  const skipped = sent.flatMap((message) => message.skipped);
  expect(skipped).toEqual([['cus_1', 1_000 - requests().length]]);
});

test('one customer’s flood takes no other’s place', async () => {
  const { log: opened, requests } = openLog();
  for (let at = 0; at < 10_000; at++) opened.refused(seen(), refuse('rate_limited'), known);
  const other = keyFact();
  Object.assign(other.customer, { id: 'cus_2' });
  opened.refused(seen(), refuse('quota_exceeded'), { fact: other });
  await opened.close();
  expect(requests().filter(({ customer }) => customer === 'cus_2')).toHaveLength(1);
});

test('a flood of many customers is no flood of core’s', async () => {
  const { log: opened, requests, sent } = openLog();
  for (let at = 0; at < 1_000; at++) {
    const fact = keyFact();
    Object.assign(fact.customer, { id: `cus_${at}` });
    opened.refused(seen(), refuse('quota_exceeded'), { fact });
  }
  await opened.close();
  expect(requests()).toHaveLength(SAMPLED_MAX);
  const skipped = sent.flatMap((message) => message.skipped);
  expect(skipped.reduce((sum, [, count]) => sum + count, 0)).toBe(1_000 - SAMPLED_MAX);
});

test('memory is bounded while core is silent, and what was lost is counted', async () => {
  let answer: (error: Error) => void = () => {};
  const sent: Sent[] = [];
  const { log: opened } = openLog({
    mode: 'full',
    send: (message) => {
      sent.push(message);
      return sent.length > 1 ? Promise.resolve() : new Promise((_, reject) => (answer = reject));
    },
  });
  const flood = 3 * LOGGED_MAX;
  for (let at = 0; at < flood; at++) opened.refused(seen(), refuse('rate_limited'), known);
  await vi.waitFor(() => expect(sent).toHaveLength(1), WAIT);
  for (let at = 0; at < flood; at++) opened.refused(seen(), refuse('rate_limited'), known);
  expect(sent[0]?.requests).toHaveLength(LOGGED_MAX);
  answer(new Error('core is away'));
  await opened.close();
  const last = sent.at(-1);
  expect(last?.requests).toHaveLength(LOGGED_MAX);
  const left = sent.slice(1).reduce((sum, { skipped }) => sum + (skipped[0]?.[1] ?? 0), 0);
  expect(left + LOGGED_MAX).toBe(2 * flood);
});
