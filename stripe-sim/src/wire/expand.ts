import type { List } from '../world/view.ts';
import { viewOf } from '../world/view.ts';
import { objectById, type World } from '../world/world.ts';
import { invalid } from './fault.ts';

const DEPTH_MAX = 4;

type Plain = Record<string, unknown>;

/** Lists that stand in an object only when asked for, by the object's kind and the field. */
const INCLUDED: Record<string, (world: World, object: Plain) => unknown> = {
  'charge.refunds': (world, { id }) =>
    all(
      world,
      `/v1/charges/${String(id)}/refunds`,
      [...world.tables.refund.values()].filter(({ charge }) => charge === id),
    ),
  'customer.tax_ids': (world, { id }) =>
    all(
      world,
      `/v1/customers/${String(id)}/tax_ids`,
      [...world.tables.tax_id.values()].filter(({ customer }) => customer === id),
    ),
  'price.tiers': (world, { id }) =>
    structuredClone(world.tables.price.get(String(id))?.tiers ?? null),
  'invoice.payments': (world, { id }) =>
    all(
      world,
      `/v1/invoice_payments?invoice=${String(id)}`,
      [...world.tables.invoice_payment.values()].filter(({ invoice }) => invoice === id),
    ),
  'invoice.confirmation_secret': (world, { id }) => {
    const payment = [...world.tables.invoice_payment.values()].find(
      ({ invoice, is_default }) => invoice === id && is_default,
    );
    const intent = world.tables.payment_intent.get(payment?.payment.payment_intent ?? '');
    return intent?.client_secret
      ? { client_secret: intent.client_secret, type: 'payment_intent' }
      : null;
  },
};

function all(world: World, url: string, rows: readonly Parameters<typeof viewOf>[1][]): List {
  const data = rows.toReversed().map((row) => viewOf(world, row));
  return { object: 'list', data, has_more: false, url };
}

/**
 * Puts objects in the place of ids, as far as asked for, in a copy that belongs to the answer.
 * Throws 400 for what can't be expanded and beyond four levels.
 * https://docs.stripe.com/expand
 */
export function expandIn(world: World, answer: Plain, paths: readonly string[]): void {
  paths.forEach((path, at) => {
    const fields = path.split('.');
    const depth = fields[0] === 'data' ? fields.length - 1 : fields.length;
    if (depth > DEPTH_MAX) {
      throw invalid(`You cannot expand more than ${DEPTH_MAX} levels of a property.`, {
        param: `expand[${at}]`,
      });
    }
    expand(world, answer, { fields, path });
  });
}

function expand(
  world: World,
  object: Plain,
  { fields, path }: { fields: readonly string[]; path: string },
): void {
  const [field = '', ...rest] = fields;
  const include = INCLUDED[`${String(object['object'])}.${field}`];
  if (object[field] === undefined && include) object[field] = include(world, object);
  const value = object[field];
  if (value === undefined) throw cannotExpand(field, path, object);
  if (value === null) return;
  const isLast = rest.length === 0;
  if (Array.isArray(value)) {
    object[field] = value.map((item) => step(world, item, { rest, path, isLast }));
    return;
  }
  const next = step(world, value, { rest, path, isLast });
  if (isLast && next === value && !include) throw cannotExpand(field, path, object);
  object[field] = next;
}

function step(
  world: World,
  value: unknown,
  { rest, path, isLast }: { rest: readonly string[]; path: string; isLast: boolean },
): unknown {
  const found = typeof value === 'string' ? objectById(world, value) : undefined;
  const next = found ? viewOf(world, found) : value;
  if (!isLast && typeof next === 'object' && next !== null) {
    expand(world, next as Plain, { fields: rest, path });
  }
  return next;
}

const cannotExpand = (field: string, path: string, object: Plain): Error =>
  invalid(
    `This property cannot be expanded (${field}).` +
      (object['object'] === 'list' ? ` You may want to try expanding 'data.${path}' instead.` : ''),
    { param: 'expand' },
  );
