import type { CustomerPatch, NewCustomer } from '../contract/customer.ts';
import { audit, type Doing } from '../kit/audit.ts';
import { randomBase62 } from '../kit/base62.ts';
import { appendChange } from '../kit/changes.ts';
import type { Tx } from '../kit/database.ts';
import { Fault, found } from '../kit/fault.ts';
import { newId } from '../kit/id.ts';
import { refuseErased } from './erased.ts';
import { addMember } from './memberships.ts';
import { lockOwned } from './membership-store.ts';
import {
  boundBy,
  unsettledInvoices,
  hasLiveSubscription,
  insertCustomer,
  keepZone,
  lockCustomer,
  updateCustomer,
  type CustomerRow,
} from './store.ts';

const KEY_REF_CHARS = 10;
const KEY_REF_TRIES = 5;
/** How many customers one person may own; past that an admin makes them. */
export const OWNED_CUSTOMERS_MAX = 20;

/** Mints what stands in front of every key of the customer; tests bring their own. */
export type MintKeyRef = () => string;
const mintKeyRef: MintKeyRef = () => randomBase62(KEY_REF_CHARS);

async function bornCustomer(
  { tx, now }: Doing,
  wanted: NewCustomer,
  mint: MintKeyRef,
): Promise<CustomerRow> {
  const { external_id = null, ...given } = wanted;
  const id = newId('cus', now);
  const facts = { id, external_id, ...given, createdAt: new Date(now) };
  for (let tries = 0; tries < KEY_REF_TRIES; tries++) {
    const row = await insertCustomer(tx, { ...facts, key_ref: mint() });
    if (row !== undefined) return row;
  }
  throw new Error(`no free key reference in ${KEY_REF_TRIES} tries`);
}

/** Makes a customer. Throws already_exists for an external_id that another customer has. */
export async function createCustomer(
  doing: Doing,
  wanted: NewCustomer,
  mint: MintKeyRef = mintKeyRef,
): Promise<CustomerRow> {
  const { tx, actor, now, requestId } = doing;
  const row = await bornCustomer(doing, wanted, mint);
  await audit(tx, { actor, action: 'customer.create', subjectId: row.id, now, requestId });
  await appendChange(tx, 'customer', row.id);
  return row;
}

/**
 * Makes a customer that this user owns: the way of a sign-up. Throws state_conflict for who owns
 * OWNED_CUSTOMERS_MAX already.
 */
export async function createOwnCustomer(
  doing: Doing,
  wanted: NewCustomer,
  userId: string,
): Promise<CustomerRow> {
  if ((await lockOwned(doing.tx, userId)) >= OWNED_CUSTOMERS_MAX) {
    throw new Fault('state_conflict', {
      detail: `You own ${OWNED_CUSTOMERS_MAX} customers already`,
    });
  }
  const row = await createCustomer(doing, wanted);
  await addMember(doing, row.id, { user_id: userId, role: 'owner' });
  return row;
}

/** What invoices say of a customer. */
const PAYER = ['name', 'external_id', 'billing_address', 'tax_number'] as const;

/** Throws state_conflict where something says what the customer pays in. */
async function requireFreeCurrency(tx: Tx, { id, currency }: CustomerRow): Promise<void> {
  const refuse = (what: string): Fault =>
    new Fault('state_conflict', {
      detail: `The customer ${what} in ${currency}: make another customer for another currency`,
    });
  const bound = await boundBy(tx, id);
  if (bound.subscription) throw refuse('has or had a subscription');
  if (bound.invoices) throw refuse('has invoices');
  if (bound.coupons) throw refuse('has a coupon of an amount');
}

/**
 * Changes what is given; `metadata` is replaced as a whole. Throws not_found, already_exists;
 * state_conflict for another currency where something is, or can still come to be, owed in the
 * present one.
 */
export async function changeCustomer(
  doing: Doing,
  id: string,
  patch: CustomerPatch,
): Promise<CustomerRow> {
  const { tx, actor, now, requestId } = doing;
  const { name, external_id, currency, billing_zone, key_scopes, metadata } = patch;
  const { billing_address, tax_number } = patch;
  const change = {
    ...(name !== undefined && { name }),
    ...(currency !== undefined && { currency }),
    ...(external_id !== undefined && { external_id }),
    ...(billing_zone !== undefined && { billing_zone }),
    ...(key_scopes !== undefined && { key_scopes }),
    ...(metadata !== undefined && { metadata }),
    ...(billing_address !== undefined && { billing_address }),
    ...(tax_number !== undefined && { tax_number }),
  };
  const before = found(await lockCustomer(tx, id), 'customer');
  await refuseErased(tx, id);
  if ((currency ?? before.currency) !== before.currency) await requireFreeCurrency(tx, before);
  const row = found(await updateCustomer(tx, id, change), 'customer');
  if (row.billing_zone !== before.billing_zone) await keepZone(tx, before, now);
  const detail = { fields: Object.keys(change) };
  await audit(tx, { actor, action: 'customer.update', subjectId: id, now, requestId, detail });
  await appendChange(tx, 'customer', id);
  if (PAYER.some((field) => row[field] !== before[field])) await appendChange(tx, 'payer', id);
  return row;
}

const owes = (open: number): string =>
  `It has ${open} open invoice${open === 1 ? '' : 's'}: void ${open === 1 ? 'it' : 'them'}, ` +
  'write off what nobody will pay, or wait until it is paid';
const undecided = (drafts: number): string =>
  drafts === 1
    ? 'It has a draft invoice: finalize it, to bill it, or discard it'
    : `It has ${drafts} draft invoices: finalize each, to bill it, or discard it`;

/**
 * Archives a customer: its keys stop working, its history stays. A second time changes nothing.
 * Throws not_found; state_conflict while a subscription is live, or a draft of an invoice is there:
 * nobody bills who has left by accident; customer_owes while an invoice is open: whoever gives
 * money up says so, on the invoice.
 */
export async function archiveCustomer(doing: Doing, id: string): Promise<void> {
  const { tx, actor, now, requestId } = doing;
  const row = found(await lockCustomer(tx, id), 'customer');
  if (row.state === 'archived') return;
  if (await hasLiveSubscription(tx, id)) {
    throw new Fault('state_conflict', { detail: 'It has a live subscription: cancel that first' });
  }
  const { open, drafts } = await unsettledInvoices(tx, id);
  if (drafts > 0) throw new Fault('state_conflict', { detail: undecided(drafts) });
  if (open > 0) throw new Fault('customer_owes', { detail: owes(open) });
  await updateCustomer(tx, id, { state: 'archived' });
  await audit(tx, { actor, action: 'customer.archive', subjectId: id, now, requestId });
  await appendChange(tx, 'customer', id);
}
