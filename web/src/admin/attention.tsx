import { useQuery } from '@tanstack/react-query';
import type { Attention } from '@tollgate/billing-core/contract/attention.ts';
import { formatNumber } from '../kit/format.ts';
import { Link, usePlace } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import type { NavItem } from '../kit/shell.tsx';
import { t, tn } from '../kit/text.ts';
import { attentionQuery } from './queries.ts';

/** What marks a page: how many things wait there, and of what kind they are. */
function marksOf({
  books,
  stripe,
  quota_requests: asked,
}: Attention): Record<string, Pick<NavItem, 'count' | 'counted'>> {
  const refused = stripe === null || stripe.key_refused_since === null ? 0 : 1;
  return {
    [paths.adminQuotas()]: { count: asked, counted: t('waiting for somebody') },
    [paths.adminStripe()]: {
      count: refused + (stripe?.stuck ?? 0) + (stripe?.disputes ?? 0),
      counted: t('waiting for somebody'),
    },
    [paths.adminReconciliations]: {
      count: books?.state === 'failed' ? 1 : (books?.differing ?? 0),
      counted: books?.state === 'failed' ? t('failed') : t('differences'),
    },
  };
}

/** The pages of the menu, those marked where something waits. */
export function useMarks(nav: readonly NavItem[], enabled: boolean): readonly NavItem[] {
  const { data } = useQuery({ ...attentionQuery, enabled });
  if (data === undefined) return nav;
  const marks = marksOf(data);
  return nav.map((item) => ({ ...item, ...marks[item.href] }));
}

const UNCOLLECTED = { state: 'open', only: 'not_collected' };
const HOMES: readonly string[] = [paths.adminHome, `${paths.adminHome}/`, paths.adminCustomers()];

/** What must not be overlooked, where admins arrive. */
export function AttentionBar() {
  const { pathname } = usePlace();
  const { data } = useQuery(attentionQuery);
  if (data === undefined || !HOMES.includes(pathname)) return null;
  const { books, stripe } = data;
  const differ = books !== null && books.state !== 'clean' ? books : undefined;
  const isRefused = stripe !== null && stripe.key_refused_since !== null;
  const disputes = stripe?.disputes ?? 0;
  const uncollected = stripe?.not_collected ?? 0;
  const waits = disputes + uncollected > 0;
  const ahead = data.ledger_days_ahead;
  if (differ === undefined && !isRefused && !waits && ahead === null) return null;
  return (
    <section
      aria-label={t('Needs attention')}
      className="mb-5 rounded-md bg-danger-soft px-4 py-2 text-danger"
    >
      <ul className="flex flex-col gap-1">
        {ahead !== null && <LedgerAhead days={ahead} />}
        {isRefused && (
          <li>
            {t('Stripe does not take the key: nothing is collected.')}{' '}
            <Link href={paths.adminStripe()} className="underline">
              {t('Look at Stripe')}
            </Link>
          </li>
        )}
        {disputes > 0 && (
          <li>
            {tn(disputes, {
              one: '{count} dispute waits for evidence.',
              other: '{count} disputes wait for evidence.',
            })}{' '}
            <Link href={paths.adminStripe({ tab: 'disputes' })} className="underline">
              {t('Look at the disputes')}
            </Link>
          </li>
        )}
        {uncollected > 0 && (
          <li>
            {tn(uncollected, {
              one: '{count} open invoice can’t be collected by Stripe.',
              other: '{count} open invoices can’t be collected by Stripe.',
            })}{' '}
            <Link href={paths.adminInvoices(UNCOLLECTED)} className="underline">
              {t('Look at the invoices')}
            </Link>
          </li>
        )}
        {differ !== undefined && (
          <li>
            {differ.state === 'failed'
              ? t('The books could not be compared.')
              : t('The books differ: {n}.', { n: formatNumber(differ.differing) })}{' '}
            <Link href={paths.adminReconciliation(differ.id)} className="underline">
              {t('Look at the reconciliation')}
            </Link>
          </li>
        )}
      </ul>
    </section>
  );
}

const LedgerAhead = ({ days }: { days: number }) => (
  <li>
    {tn(days, {
      one: 'The ledger has {count} day ahead: past it no usage can be recorded.',
      other: 'The ledger has {count} days ahead: past them no usage can be recorded.',
    })}{' '}
    <Link href={paths.adminRetention} className="underline">
      {t('Look at the retention')}
    </Link>
  </li>
);
