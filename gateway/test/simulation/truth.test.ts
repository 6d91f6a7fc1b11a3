import { beforeEach, expect, test } from 'vitest';
import { keyFact, METER, route } from '../../src/core/test/sample.ts';
import { encodeRecord, type UsageRecord } from '../../src/core/record.ts';
import type { Hold } from '../../src/ports.ts';
import { scenarioOf } from './scenario.ts';
import { Truth, type Request } from './truth.ts';

const WINDOW = 'w';
const BOOT = 'gw/bt';
const [spec] = scenarioOf(1).customers as [ReturnType<typeof scenarioOf>['customers'][number]];
const [key] = spec.keys as [(typeof spec.keys)[number]];

let truth: Truth;
beforeEach(() => {
  truth = new Truth(['ok'], () => 1);
});

const holdOf = ({ id }: Request, windows: readonly string[]): Hold => ({
  requestId: id,
  fact: keyFact(),
  route: route(),
  admittedAt: 0,
  spends: windows.map((windowId) => {
    return { meterId: METER, windowId, units: 1, unleased: false, generation: 1 };
  }),
});

function admitted(boot: string): Request {
  const request = truth.open(spec, key);
  request.boot = boot;
  request.units = 1;
  truth.admitted(request, holdOf(request, [WINDOW]));
  return request;
}

/** A span is over, in which the request was counted; a further one costs nothing. */
function checkpoint(request: Request, [leased, unleased] = [1, 0]): void {
  const record: UsageRecord = {
    requestId: request.id,
    customer: spec.id,
    key: key.id,
    route: 'rte_1',
    routeVersion: 1,
    outcome: 'ok',
    status: 200,
    admittedAt: 0,
    billable: true,
    quantities: [[METER, 1]],
    spent: [[WINDOW, leased ?? 0, unleased ?? 0, 0]],
  };
  truth.appended(request.boot, encodeRecord(record));
  request.hold = holdOf(request, []);
}

/** A stream under way, of whose first span there is a record, and its kill. */
function killedStream(keeps: boolean): void {
  const stream = admitted(BOOT);
  truth.serve(stream, 200);
  checkpoint(stream);
  truth.died(BOOT, { keeps: () => keeps, seals: true });
}

test('what a span spent comes back when its record is gone with the memory of its process', () => {
  killedStream(false);
  expect(() => truth.serve(admitted('gw/next'), 200)).not.toThrow();
});

test('it comes back once: the request is not missed beside its record', () => {
  killedStream(false);
  truth.serve(admitted('gw/next'), 200);
  expect(() => truth.serve(admitted('gw/next'), 200)).toThrow(/served 3 of 1 \+ 1/);
});

test('what the disk has kept comes back to nobody', () => {
  killedStream(true);
  expect(() => truth.serve(admitted('gw/next'), 200)).toThrow(/served 2 of 1 \+ 0/);
});

test('of a boot that is not sealed only what was spent without a lease is missed', () => {
  const inLease = admitted(BOOT);
  truth.serve(inLease, 200);
  checkpoint(inLease);
  const without = admitted(BOOT);
  checkpoint(without, [0, 1]);
  truth.died(BOOT, { keeps: () => false, seals: false });
  expect(() => truth.serve(admitted('gw/next'), 200)).toThrow(/served 3 of 1 \+ 1/);
});

test('a request without a record that was admitted without a lease is missed once', () => {
  const without = admitted(BOOT);
  const [spend] = without.hold?.spends ?? [];
  if (!spend || !without.hold) throw new Error('it has no hold');
  without.hold = { ...without.hold, spends: [{ ...spend, unleased: true }] };
  truth.serve(without, 200);
  truth.died(BOOT, { keeps: () => false, seals: true });
  truth.serve(admitted('gw/next'), 200);
  expect(() => truth.serve(admitted('gw/next'), 200)).toThrow(/served 3 of 1 \+ 1/);
});
