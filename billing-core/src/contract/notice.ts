import { z } from 'zod';
import { id, time } from './field.ts';
import { pageOf, pageQuery } from './page.ts';

export const NOTICE_KINDS = [
  'quota',
  'included_units',
  'trial_ending',
  'payment_failed',
  'payment_reminder',
  'access_ended',
  'quota_change',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** `sending`: a try began and its end is not known. `refused`: no later try would be taken. */
export const LETTER_STATES = ['waiting', 'asked', 'sending', 'sent', 'refused'] as const;

const noticeFields = z.object({
  id: z.string(),
  kind: z.enum(NOTICE_KINDS),
  title: z.string(),
  /** Lines of text. */
  body: z.string(),
  /** Where the portal has more of it, below the customer; empty: nowhere. */
  path: z.string(),
  /** What the words are made of: a meter, a limit, a share of it, a time. */
  detail: z.record(z.string(), z.string()),
  at: time(),
});

/** What a customer was told, with what became of its e-mails. */
export const notice = noticeFields
  .extend({
    customer_id: z.string(),
    letters: z.array(
      z.object({
        address: z.string(),
        state: z.enum(LETTER_STATES),
        tries: z.number().int(),
        /** A try ended without a word: it may have been sent twice, with one Message-ID. */
        unsure: z.boolean(),
        /** What the mail server said last. */
        said: z.string().nullable(),
        sent_at: time().nullable(),
      }),
    ),
  })
  .meta({ id: 'Notice' });
export type Notice = z.infer<typeof notice>;

/** The same as the customer's own people see it. */
export const portalNotice = noticeFields.extend({ read: z.boolean() }).meta({ id: 'PortalNotice' });
export type PortalNotice = z.infer<typeof portalNotice>;

/** A page of them, with how many of all the caller has not read. */
export const portalNotices = pageOf(portalNotice)
  .extend({ unread: z.number().int() })
  .meta({ id: 'PortalNotices' });
export type PortalNotices = z.infer<typeof portalNotices>;

export const noticesRead = z.object({ unread: z.number().int() });

export const noticesQuery = pageQuery.extend({
  customer_id: id('cus').optional(),
  kind: z.enum(NOTICE_KINDS).optional(),
});

export const ADDRESSES_MAX = 5;
const ADDRESS_CHARS_MAX = 254;

const once = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** Where a customer's e-mails go, and of what; the portal shows everything whatever is set here. */
export const noticeSettings = z
  .strictObject({
    /** Null: to its owners and those who see to its bills. Empty: nowhere. */
    addresses: z
      .array(z.email('is not an e-mail address').max(ADDRESS_CHARS_MAX))
      .max(ADDRESSES_MAX)
      .refine(once, 'has one twice')
      .nullable(),
    /** Kinds of notices that are e-mailed; none: nothing is. */
    mailed: z.array(z.enum(NOTICE_KINDS)).refine(once, 'has one twice'),
  })
  .meta({ id: 'NoticeSettings' });
export type NoticeSettings = z.infer<typeof noticeSettings>;
