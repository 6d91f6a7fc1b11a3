import type { MemberRole } from '../contract/customer.ts';
import { Fault } from '../kit/fault.ts';

/** What a member may do beyond reading, by role. Everyone may read everything of the customer. */
const MAY = {
  'keys.write': ['owner', 'developer'],
  'members.write': ['owner'],
  'customer.write': ['owner'],
  'customer.export': ['owner'],
  'subscription.write': ['owner', 'billing'],
  'payment.write': ['owner', 'billing'],
  'notices.write': ['owner', 'billing'],
  'quotas.ask': ['owner', 'billing', 'developer'],
} as const satisfies Record<string, readonly MemberRole[]>;

export type MemberDeed = keyof typeof MAY;

export const mayDo = (role: MemberRole, deed: MemberDeed): boolean =>
  (MAY[deed] as readonly MemberRole[]).includes(role);

/** Throws forbidden unless this role may do that. */
export function requireMay(role: MemberRole, deed: MemberDeed): void {
  if (mayDo(role, deed)) return;
  throw new Fault('forbidden', { detail: `A ${role} may not do that; ask an owner` });
}
