import { Decimal } from 'decimal.js';
import type { Reconciliation } from '../contract/reconciliation.ts';
import type { DirectLetter } from '../kit/mail.ts';
import type { Difference } from './model.ts';

/** Pure: whether there is something new to tell admins of a comparison, and in which words. */

export type Found = {
  state: Reconciliation['state'];
  stages: readonly { stage: string; differing: number }[];
  differences: readonly Pick<
    Difference,
    'stage' | 'kind' | 'customerId' | 'subjectId' | 'here' | 'there' | 'detail'
  >[];
};

type Named = Found['differences'][number];

const keyOf = ({ stage, kind, customerId, subjectId, detail }: Named): string =>
  JSON.stringify([
    stage,
    kind,
    customerId,
    subjectId,
    detail['day'],
    detail['line'],
    kind === 'twice_there' ? detail['stripe_id'] : '',
  ]);

const NUMBER = /^-?\d+(\.\d+)?$/;

/** How far both sides are apart; of what is no number, nothing. */
const gapOf = ({ here, there }: Named): Decimal =>
  NUMBER.test(here) && NUMBER.test(there) ? new Decimal(here).minus(there).abs() : new Decimal(0);

const countOf = ({ stages }: Found): number =>
  stages.reduce((all, { differing }) => all + differing, 0);

/**
 * Whether what was found is more than what the comparison before it found: another difference, or
 * a larger one. The same again, or less of it, is not told twice.
 */
export function hasGrown(before: Found | undefined, now: Found): boolean {
  if (now.state === 'failed') return before?.state !== 'failed';
  if (now.state !== 'different') return false;
  if (before === undefined || before.state === 'clean') return true;
  // Only some are named: that there are more in all is seen by their number.
  if (countOf(now) > countOf(before)) return true;
  const gaps = new Map(before.differences.map((one) => [keyOf(one), gapOf(one)]));
  return now.differences.some((one) => {
    const gap = gaps.get(keyOf(one));
    return gap === undefined || gapOf(one).greaterThan(gap);
  });
}

const STAGES: Record<string, string> = {
  ledger: 'Gateway counts and ledger',
  rated: 'Ledger and invoice lines',
  invoiced: 'Invoice lines and invoices',
  stripe: 'Invoices and Stripe',
};
const NAMED_MAX = 10;

/** A difference in a line of a letter. */
function lineOf({ kind, subjectId, here, there, detail }: Named): string {
  const currency = detail['currency'] === undefined ? '' : ` ${detail['currency']}`;
  return `- ${kind} of ${subjectId}: ${here || 'none'} here, ${there || 'none'} there${currency}`;
}

type Told = Pick<Reconciliation, 'id' | 'said'> & Found;

/** The letter to an admin about a comparison: the same message, however often it is sent. */
export function letterOf(
  { id, state, said, stages, differences }: Told,
  { to, userId, publicUrl }: { to: string; userId: string; publicUrl: string },
): DirectLetter {
  const messageId = `<${id}.${userId}@${new URL(publicUrl).hostname}>`;
  const more = `All of it: ${publicUrl}/admin/reconciliation/${id}\n`;
  if (state === 'failed') {
    const text = `The books could not be compared, and nobody knows whether they say the same.

${said}

${more}`;
    return { to, messageId, subject: 'The books could not be compared', text };
  }
  const count = stages.reduce((all, { differing }) => all + differing, 0);
  const by = stages
    .filter(({ differing }) => differing > 0)
    .map(({ stage, differing }) => `${STAGES[stage] ?? stage}: ${differing}`);
  const named = differences.slice(0, NAMED_MAX).map(lineOf);
  const rest = count > named.length ? [`and ${count - named.length} more`] : [];
  const text = `The books do not say the same. Nothing was repaired: each difference waits for you.

${by.join('\n')}

${[...named, ...rest].join('\n')}

${more}
You are told again when there is more of it, and not while it stays as it is.
`;
  const subject = count === 1 ? 'The books differ: 1 difference' : `The books differ: ${count}`;
  return { to, messageId, subject, text };
}
