import type { MeteringFact, Outcome, RouteFact } from '@tollgate/billing-core/contract/facts.ts';
import { serializeString } from 'structured-headers';
import type { ForwardPlan, Hold, LimitState, Settlement } from '../ports.ts';
import type { RawHeaders } from './headers.ts';
import { isBillable, measure } from './meter.ts';
import { headerReading } from './reading.ts';

// What a request costs in units, told to clients of routes that say so: in the head of the
// response as far as it is known then, in a trailer the rest, where the client takes trailers.

export const COST_FIELD = 'X-Tollgate-Cost';

type Plan = Pick<ForwardPlan, 'route' | 'limits' | 'head'>;
const NOTHING: RawHeaders = [];

/** Whether what this rule counts is known when the head of the response leaves. */
function isEarly({ source }: MeteringFact, hasBody: boolean): boolean {
  if (source === 'request_bytes') return !hasBody;
  return source === 'request' || source === 'response_header';
}

/** The meters of which something is known only when the response has ended. */
function lateMeters({ metering }: RouteFact, hasBody: boolean): Set<string> {
  const late = metering.filter((rule) => !isEarly(rule, hasBody));
  return new Set(late.map(({ meter_id }) => meter_id));
}

/** The decimal of a scaled quantity, exactly. */
function decimal(scaled: number, scale: number): string {
  const digits = String(scaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const part = digits.slice(digits.length - scale).replace(/0+$/, '');
  return part === '' ? whole : `${whole}.${part}`;
}

/** The least that is left of the meter's limits, as far as this gateway knows. */
function leftOf(meterId: string, limits: readonly LimitState[]): number | undefined {
  const left = limits.flatMap((limit) => (limit.meterId === meterId ? (limit.left ?? []) : []));
  return left.length === 0 ? undefined : Math.min(...left);
}

/**
 * A list of meters (RFC 9651), decimals as Strings because its own have three places:
 * `"tokens";charged="35.25";left="964.75"`.
 */
function members(
  fact: RouteFact,
  used: Settlement,
  { tells, limits = [] }: { tells: (meterId: string) => boolean; limits?: readonly LimitState[] },
): string {
  const billed = isBillable(used.outcome, fact);
  const { quantities } = measure({ route: fact, span: undefined }, used);
  const told = quantities.filter(([meterId]) => tells(meterId));
  return told
    .map(([meterId, quantity]) => {
      const rule = fact.metering.find(({ meter_id }) => meter_id === meterId);
      const scale = rule?.meter_scale ?? 0;
      const left = leftOf(meterId, limits);
      const name = serializeString(rule?.meter_slug ?? meterId);
      const charged = `${name};charged="${decimal(billed ? quantity : 0, scale)}"`;
      return left === undefined ? charged : `${charged};left="${decimal(left, scale)}"`;
    })
    .join(', ');
}

const isTold = ({ route }: Plan, hold: Hold | undefined): boolean =>
  hold !== undefined && route.fact.cost_headers === true;

/** The field for the head of an upstream's answer; none where the route does not tell. */
export function costAtHead(
  plan: Plan,
  hold: Hold | undefined,
  { outcome, raw }: { outcome: Outcome; raw: RawHeaders },
): RawHeaders {
  if (!isTold(plan, hold)) return NOTHING;
  const { fact } = plan.route;
  const readings = fact.metering.map(({ source, selector = '' }) =>
    source === 'response_header' ? headerReading(raw, selector) : undefined,
  );
  const used = { outcome, status: null, requestBytes: 0, responseBytes: 0, readings };
  const late = lateMeters(fact, plan.head.hasBody);
  const tells = (meterId: string): boolean => !late.has(meterId);
  const value = members(fact, used, { tells, limits: plan.limits });
  return value === '' ? NOTHING : [COST_FIELD, value];
}

/** The trailer behind an answer's body: of the meters that its head could not tell. */
export function costAtEnd(
  plan: Plan,
  hold: Hold | undefined,
  used: Settlement,
): [string, string][] {
  if (!isTold(plan, hold) || !plan.head.trailers) return [];
  const late = lateMeters(plan.route.fact, plan.head.hasBody);
  const value = members(plan.route.fact, used, { tells: (meterId) => late.has(meterId) });
  return value === '' ? [] : [[COST_FIELD, value]];
}

/** The field of an answer that the gateway makes itself: nothing more will be known. */
export function costOfFailure(plan: Plan, hold: Hold | undefined, used: Settlement): RawHeaders {
  if (!isTold(plan, hold)) return NOTHING;
  const value = members(plan.route.fact, used, { tells: () => true, limits: plan.limits });
  return value === '' ? NOTHING : [COST_FIELD, value];
}
