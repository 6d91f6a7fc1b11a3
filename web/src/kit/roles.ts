import type { MemberRole } from '@tollgate/billing-core/contract/customer.ts';
import { t } from './text.ts';

/** What a member can be, in words, with what that lets them do. */
export const ROLES: readonly { value: MemberRole; label: string; may: string }[] = [
  { value: 'owner', label: t('Owner'), may: t('Everything, members and the customer itself too.') },
  { value: 'billing', label: t('Billing'), may: t('Plan, payments, address and e-mails.') },
  { value: 'developer', label: t('Developer'), may: t('Keys, and asking for larger quotas.') },
  { value: 'viewer', label: t('Viewer'), may: t('Reading, and nothing else.') },
];

/** @returns a role in words. */
export const roleName = (role: MemberRole): string =>
  ROLES.find(({ value }) => value === role)?.label ?? role;
