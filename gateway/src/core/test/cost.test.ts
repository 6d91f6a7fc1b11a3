import { parseList } from 'structured-headers';
import { describe, expect, test } from 'vitest';
import type { MeteringFact, Outcome, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import type { Hold, LimitState, Settlement } from '../../ports.ts';
import { costAtEnd, costAtHead, COST_FIELD, costOfFailure } from '../cost.ts';
import { RouteTable } from '../route.ts';
import { toClient } from '../headers.ts';
import { keyFact, METER, route } from './sample.ts';

// What a request cost, as its client is told.

const TOKENS = 'mtr_tokens';
const requests: MeteringFact = {
  meter_id: METER,
  meter_slug: 'requests',
  meter_scale: 0,
  source: 'request',
  units: 1,
};
const tokens = { meter_id: TOKENS, meter_slug: 'tokens', meter_scale: 3, units: 1_000 } as const;
const inHeader: MeteringFact = {
  ...tokens,
  source: 'response_header',
  selector: 'x-tokens',
  fallback: 500,
};
const perByte: MeteringFact = { ...tokens, units: 1, source: 'response_bytes' };
const uploaded: MeteringFact = { ...tokens, units: 1, source: 'request_bytes' };

type Of = Partial<{ trailers: boolean; hasBody: boolean; limits: LimitState[] }>;
function planOf(metering: MeteringFact[], of: Of = {}, more: Partial<RouteFact> = {}) {
  const fact = route({ metering, cost_headers: true, ...more });
  const match = new RouteTable({ last: '0', routes: [fact] }).find('h', pathOf('/x'), 'GET');
  if (match.kind !== 'route') throw new Error(match.kind);
  const { trailers = true, hasBody = false, limits = [] } = of;
  return { route: match.route, limits, head: { trailers, hasBody } } as unknown as Parameters<
    typeof costAtHead
  >[0];
}
const pathOf = (raw: string) => ({ raw, segments: ['x'], query: '' }) as never;
const HOLD = { fact: keyFact(), route: route(), spends: [] } as unknown as Hold;
const used = (more: Partial<Settlement> = {}): Settlement => ({
  outcome: 'ok',
  status: 200,
  requestBytes: 0,
  responseBytes: 0,
  ...more,
});
const answer = (outcome: Outcome = 'ok', raw: string[] = []) => ({ outcome, raw });

describe('in the head', () => {
  test('each meter that is known says what is charged, exactly, and what is left', () => {
    const limits = [
      { meterId: TOKENS, left: 964_750, name: 'a' },
      { meterId: TOKENS, left: 2_000, name: 'b' },
      { name: 'rate' },
    ] as unknown as LimitState[];
    const plan = planOf([requests, inHeader], { limits });
    expect(costAtHead(plan, HOLD, answer('ok', ['X-Tokens', '35.25']))).toEqual([
      COST_FIELD,
      '"requests";charged="1", "tokens";charged="35.25";left="2"',
    ]);
  });

  test('a value that could not be read is charged as the rule says', () => {
    const [, value] = costAtHead(planOf([inHeader]), HOLD, answer());
    expect(value).toBe('"tokens";charged="0.5"');
  });

  test('what is not billed is charged nothing', () => {
    const [, value] = costAtHead(planOf([requests]), HOLD, answer('client_error'));
    expect(value).toBe('"requests";charged="0"');
  });

  test.each([
    ['bytes of the response', [perByte], {}],
    ['bytes of a body that is on its way', [uploaded], { hasBody: true }],
    ['a meter of which a part is known', [inHeader, perByte], {}],
  ])('%s are not told', (_, metering, of) => {
    expect(costAtHead(planOf([requests, ...metering], of), HOLD, answer())).toEqual([
      COST_FIELD,
      '"requests";charged="1"',
    ]);
    expect(costAtHead(planOf(metering, of), HOLD, answer())).toEqual([]);
  });

  test('nothing is told by a route that does not tell, or of a request that is not metered', () => {
    const silent = planOf([requests], {}, { cost_headers: false });
    expect(costAtHead(silent, HOLD, answer())).toEqual([]);
    expect(costAtHead(planOf([requests]), undefined, answer())).toEqual([]);
  });

  test('it is a list that clients can parse, the most there is in it too', () => {
    const most = { ...perByte, meter_scale: 9, units: Number.MAX_SAFE_INTEGER };
    const end = costAtEnd(planOf([most]), HOLD, used({ responseBytes: 9 }));
    expect(end).toEqual([[COST_FIELD, '"tokens";charged="9007199.254740991"']]);
    const [[name, parameters]] = parseList(end[0]![1]) as [[string, Map<string, string>]];
    expect([name, parameters.get('charged')]).toEqual(['tokens', '9007199.254740991']);
  });
});

describe('behind the body', () => {
  test('comes what the head did not tell, of the whole request, once', () => {
    const plan = planOf([requests, perByte]);
    expect(costAtEnd(plan, HOLD, used({ responseBytes: 1_234 }))).toEqual([
      [COST_FIELD, '"tokens";charged="1.234"'],
    ]);
    expect(costAtEnd(planOf([requests]), HOLD, used())).toEqual([]);
  });

  test('a client that takes no trailers is sent none', () => {
    const plan = planOf([perByte], { trailers: false });
    expect(costAtEnd(plan, HOLD, used({ responseBytes: 1 }))).toEqual([]);
  });
});

test('an answer of the gateway itself tells of every meter', () => {
  const plan = planOf([requests, perByte]);
  const failed = used({ outcome: 'upstream_error', status: 502 });
  expect(costOfFailure(plan, HOLD, failed)).toEqual([
    COST_FIELD,
    '"requests";charged="0", "tokens";charged="0"',
  ]);
});

test("an upstream's own field of that name does not stand beside ours", () => {
  const raw = ['x-tollgate-cost', '"free"', 'A', 'b'];
  const fields = [COST_FIELD, 'ours'];
  const { headers } = toClient(raw, 200, { fields });
  expect(headers).toEqual(['A', 'b', COST_FIELD, 'ours']);
});
