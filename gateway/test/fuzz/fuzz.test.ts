import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { KEY, openRig, type Rig, routeFact, WAIT } from '../rig.ts';
import { Random } from '../simulation/random.ts';
import { type Case, caseOf } from './mutations.ts';
import { RawUpstream } from './raw-upstream.ts';
import { runCase, type Told } from './run-case.ts';
import { valuesOf, type WireRequest } from './wire.ts';

const FROM = Number(process.env['FUZZ_FROM'] ?? 1);
const SEEDS = Number(process.env['FUZZ_SEEDS'] ?? 1_500);
const AT_ONCE = 150;
/** What a mutated Via earns; no other failure is a client's to cause. */
const LOOP_DETECTED = 508;

let rig: Rig;
let upstream: RawUpstream;
const logged: string[] = [];
beforeAll(async () => {
  upstream = new RawUpstream();
  const upstream_url = await upstream.open();
  rig = await openRig({ routes: () => [routeFact({ upstream_url })] });
  const log = pino({ level: 'error' }, { write: (line) => logged.push(line) });
  Object.assign(rig.host, { log });
});
afterAll(async () => {
  await rig.close();
  upstream.close();
});

const pathOf = (target: string): string => target.replace(/^https?:\/\/[^/?]*/i, '');
const hasKey = (request: WireRequest): boolean =>
  [...valuesOf(request, 'x-api-key'), ...valuesOf(request, 'authorization')].some(
    (value) => value.trim().replace(/^bearer +/i, '') === KEY,
  );
const INTERNAL = /^x-tollgate-|^x-original-/;
const NOT_FORWARDED = new Set([
  ...['x-api-key', 'keep-alive', 'proxy-connection', 'trailer', 'upgrade', 'expect'],
  ...['http2-settings'],
]);

/** What is wrong with a request that the upstream got, whoever sent what. */
function faultsOf(got: WireRequest): string[] {
  const faults: string[] = [];
  const internal = got.fields.filter(([name]) => INTERNAL.test(name.replaceAll(/[^a-z0-9]/g, '-')));
  const ours = internal.map(([name, value]) => `${name}: ${value}`).join(', ');
  if (ours !== 'x-tollgate-customer: cus_1, x-tollgate-key: key_1') faults.push(`fields: ${ours}`);
  const ids = valuesOf(got, 'x-request-id');
  if (!/^req_[0-9a-z]{24}$/.test(ids.join())) faults.push(`request ids: ${ids.join()}`);
  const passed = got.fields.filter(([name]) => NOT_FORWARDED.has(name));
  if (passed.length > 0) faults.push(`passed on: ${passed.join(' ')}`);
  return faults;
}

/** What is wrong with what one client saw. */
function complaintsOf({ statuses, wire, waitsFor }: Told): string[] {
  if (waitsFor) return [`neither answered nor closed: waits for ${waitsFor}`];
  if (!statuses) return ['an answer that is no HTTP'];
  const complaints: string[] = [];
  const failures = statuses.filter((status) => status >= 500 && status !== LOOP_DETECTED);
  if (failures.length > 0) complaints.push(`answered with ${failures.join(', ')}`);
  const most = wire.requests.length + (wire.rest === 'nothing' ? 0 : 1);
  if (statuses.length > most) complaints.push(`${statuses.length} answers to ${most} requests`);
  return complaints;
}

const identity = ({ method, target, body }: WireRequest): string => `${method} ${target} ${body}`;

/** What the upstream got and nobody sent, or nobody with a key, or not so often. */
function strayed(tolds: readonly Told[], got: readonly WireRequest[]): WireRequest[] {
  const sent = new Map<string, number>();
  for (const { wire } of tolds) {
    for (const request of wire.requests.filter(hasKey)) {
      const name = identity({ ...request, target: pathOf(request.target) });
      sent.set(name, (sent.get(name) ?? 0) + 1);
    }
  }
  return got.filter((request) => {
    const left = sent.get(identity(request)) ?? 0;
    sent.set(identity(request), left - 1);
    return left <= 0;
  });
}

const caseFor = (seed: number) => caseOf(new Random(seed), { seed, key: KEY });
const shown = (text: string): string => JSON.stringify(text).replaceAll(KEY, '<key>');
const seedOf = ({ target }: WireRequest): string => /(\d+)-/.exec(target)?.[1] ?? '?';

/** What became of a case; where it was forgotten, also how far its requests had come by then. */
async function fateOf(one: Case): Promise<Told> {
  const told = await runCase(rig.port, one);
  if (!told.waitsFor) return told;
  const passed = upstream.requests.filter((request) => seedOf(request) === String(one.seed));
  const busy = `${rig.host.connections.busy} of all are under way`;
  const waitsFor = `${told.waitsFor}; the upstream got ${passed.length} of its requests; ${busy}`;
  return { ...told, waitsFor };
}

/** What is wrong, each with its seed. */
function findings(tolds: readonly Told[]): string[] {
  const found: string[] = [];
  const find = (seed: number | string, what: string): void => {
    const sent = tolds.find((told) => String(told.seed) === String(seed))?.sent ?? '';
    found.push(`seed ${seed} (FUZZ_FROM=${seed} FUZZ_SEEDS=1): ${what}\n  sent ${shown(sent)}`);
  };
  for (const told of tolds) {
    for (const complaint of complaintsOf(told)) {
      find(told.seed, `${complaint}\n  received ${shown(told.received)}`);
    }
  }
  for (const request of strayed(tolds, upstream.requests)) {
    find(seedOf(request), `nobody sent ${shown(identity(request))}`);
  }
  for (const request of upstream.requests) {
    for (const fault of faultsOf(request)) find(seedOf(request), fault);
  }
  return found;
}

test(`${SEEDS} mutated streams of requests from seed ${FROM}`, { timeout: 3_600_000 }, async () => {
  const tolds: Told[] = [];
  for (let first = FROM; first < FROM + SEEDS; first += AT_ONCE) {
    const count = Math.min(AT_ONCE, FROM + SEEDS - first);
    const cases = Array.from({ length: count }, (_, at) => caseFor(first + at));
    tolds.push(...(await Promise.all(cases.map(fateOf))));
  }
  const { metering, host } = rig;
  await vi.waitFor(() => expect(host.connections.busy).toBe(0), WAIT);
  expect(findings(tolds).slice(0, 10)).toEqual([]);
  expect(upstream.faults).toEqual([]);
  expect(logged).toEqual([]);
  // Each is settled once, and what was settled and what the upstream saw bear the same ids.
  const ids = upstream.requests.flatMap((request) => valuesOf(request, 'x-request-id'));
  expect(new Set(ids).size).toBe(ids.length);
  const begun = new Set(metering.begun.map(({ requestId }) => requestId));
  expect(ids.filter((id) => !begun.has(id))).toEqual([]);
  expect(metering.settled).toHaveLength(metering.begun.length);
  // The mutations leave enough of it alive to be worth anything.
  if (SEEDS >= 100) expect(ids.length).toBeGreaterThan(SEEDS / 2);
});
