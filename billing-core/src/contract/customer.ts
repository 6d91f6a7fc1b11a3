import { z } from 'zod';
import { id, metadata, optionalText, text, time } from './field.ts';
import { scopes } from './route-access.ts';

export const MEMBER_ROLES = ['owner', 'billing', 'developer', 'viewer'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
/** An ISO 4217 code that is in use; XXX, XTS and the like are none. */
export const currency = () =>
  z
    .string()
    .regex(/^[A-Z]{3}$/, 'is not a three-letter currency')
    .refine((code) => CURRENCIES.has(code), 'is not a currency in use');

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
};

/** An IANA time zone, such as Europe/Berlin; an offset is not one. */
export const timeZone = () => text(60).refine(isTimeZone, 'is not a time zone');

export const customer = z
  .object({
    id: z.string(),
    name: z.string(),
    external_id: z.string().nullable(),
    currency: z.string(),
    /** Its days and months, of quotas and of billing periods that begin from now on. */
    billing_zone: z.string(),
    /** What its keys may be given. */
    key_scopes: z.array(z.string()),
    /** Line by line, as it stands on invoices. */
    billing_address: z.string(),
    tax_number: z.string(),
    metadata: z.record(z.string(), z.string()),
    state: z.enum(['active', 'archived']),
    /** How far its own test clock is ahead of the installation's time, in ms; mostly 0. */
    clock_ms: z.number().int(),
    created_at: time(),
  })
  .meta({ id: 'Customer' });
export type Customer = z.infer<typeof customer>;

/** What its own members see: metadata is the API owner's. */
export const portalCustomer = customer.omit({ metadata: true }).meta({ id: 'PortalCustomer' });
export type PortalCustomer = z.infer<typeof portalCustomer>;

/** Lines of an address; a tab or a line break is no other control character. */
const billingAddress = () => optionalText(1_000);
const taxNumber = () => z.union([z.literal(''), text(60)]);

export const newCustomer = z.strictObject({
  name: text(),
  external_id: text().optional(),
  currency: currency().default('USD'),
  billing_zone: timeZone().default('UTC'),
  key_scopes: scopes().default([]),
  billing_address: billingAddress().default(''),
  tax_number: taxNumber().default(''),
  metadata: metadata().default({}),
});
export type NewCustomer = z.infer<typeof newCustomer>;

export const customerPatch = z
  .strictObject({
    name: text().optional(),
    external_id: text().nullable().optional(),
    /** Only while there never was a subscription or an invoice in the one before. */
    currency: currency().optional(),
    billing_zone: timeZone().optional(),
    key_scopes: scopes().optional(),
    billing_address: billingAddress().optional(),
    tax_number: taxNumber().optional(),
    metadata: metadata().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'changes nothing');
export type CustomerPatch = z.infer<typeof customerPatch>;

/** What owners change of their own customer. */
export const ownCustomerPatch = z
  .strictObject({ name: text().optional(), billing_zone: timeZone().optional() })
  .refine((patch) => Object.keys(patch).length > 0, 'changes nothing');

/** What invoices from now on say of who pays. */
export const billingDetails = z.strictObject({
  billing_address: billingAddress(),
  tax_number: taxNumber(),
});
export type BillingDetails = z.infer<typeof billingDetails>;

export const membership = z
  .object({
    id: z.string(),
    customer_id: z.string(),
    role: z.enum(MEMBER_ROLES),
    user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    /** Whether this user signs in with a second factor. */
    two_factor: z.boolean(),
    created_at: time(),
  })
  .meta({ id: 'Membership' });
export type Membership = z.infer<typeof membership>;

export const newMembership = z.strictObject({ user_id: id('usr'), role: z.enum(MEMBER_ROLES) });
export type NewMembership = z.infer<typeof newMembership>;
export const membershipPatch = z.strictObject({ role: z.enum(MEMBER_ROLES) });
