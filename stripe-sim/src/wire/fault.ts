import type { World } from '../world/world.ts';

/** What stands in `error` of an answer. https://docs.stripe.com/api/errors */
export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  payment_intent?: unknown;
  payment_method?: unknown;
  setup_intent?: unknown;
}

/** A request that is refused: thrown, and answered as Stripe answers. */
export class StripeFault extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

/** A request that says something it must not: 400. */
export function invalid(
  message: string,
  more: { code?: string; param?: string } = {},
): StripeFault {
  return new StripeFault(400, { type: 'invalid_request_error', message, ...more });
}

/** An id that a parameter names and that is of nothing: 400. */
export const noSuchParam = (what: string, id: string, param: string): StripeFault =>
  invalid(`No such ${what}: '${id}'`, { code: 'resource_missing', param });

/** An id in the path that is of nothing: 404. */
export const noSuchPath = (what: string, id: string): StripeFault =>
  new StripeFault(404, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    message: `No such ${what}: '${id}'`,
    param: 'id',
  });

type Table = keyof World['tables'];

const WORDS: Partial<Record<Table, string>> = {
  'billing_portal.configuration': 'billing portal configuration',
  'checkout.session': 'checkout.session',
  'test_helpers.test_clock': 'test clock',
  payment_method: 'PaymentMethod',
};

/** Out: what an id in the path is of. Throws 404. */
export function inPath<K extends Table>(
  world: World,
  kind: K,
  id: string | undefined,
): World['tables'][K] extends Map<string, infer T> ? T : never {
  const found = world.tables[kind].get(id ?? '');
  if (!found) throw noSuchPath(WORDS[kind] ?? kind, id ?? '');
  return found as never;
}

/** Out: what an id that a parameter names is of. Throws 400. */
export function inParam<K extends Table>(
  world: World,
  kind: K,
  { id, param }: { id: string; param: string },
): World['tables'][K] extends Map<string, infer T> ? T : never {
  const found = world.tables[kind].get(id);
  if (!found) throw noSuchParam(WORDS[kind] ?? kind, id, param);
  return found as never;
}
