import type { BalanceEntry } from '@tollgate/billing-core/contract/balance.ts';
import { formatDateUtc, formatMoney } from '../format.ts';
import { Link } from '../link.tsx';
import { LoadMore, usePages } from '../pages.tsx';
import { Loaded } from '../query.tsx';
import { FactsSkeleton } from '../skeleton.tsx';
import { t } from '../text.ts';

const WORDS: Record<BalanceEntry['kind'], string> = {
  grant: t('Given by an invoice below zero'),
  use: t('Used by an invoice'),
  credit_note: t('Given back by a credit note'),
  void: t('Given back: its invoice is void'),
  overpaid: t('Paid beyond an invoice'),
  set_off: t('Set off against an invoice'),
  payout: t('Paid out'),
  payout_return: t('Paid out, and came back'),
};

interface CreditEntriesProps {
  /** Where the entries are in the API, and by which key they are known. */
  path: string;
  queryKey: readonly unknown[];
  hrefOf: (invoiceId: string) => string;
}

/** How a customer's credit came about and where it went, newest first. */
export function CreditEntries({ path, queryKey, hrefOf }: CreditEntriesProps) {
  const entries = usePages<BalanceEntry>({ key: [...queryKey, 'entries'], path });
  return (
    <Loaded query={entries} skeleton={<FactsSkeleton facts={2} />}>
      {(rows) => (
        <>
          <ul className="divide-y divide-line">
            {rows.map((entry) => (
              <li key={entry.id} className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-2">
                <span className="min-w-0 wrap-anywhere">
                  <Words entry={entry} hrefOf={hrefOf} />
                </span>
                <span className="figures ml-auto">{formatMoney(entry.amount, entry.currency)}</span>
              </li>
            ))}
          </ul>
          <LoadMore more={entries.more} />
        </>
      )}
    </Loaded>
  );
}

function Words({ entry, hrefOf }: Pick<CreditEntriesProps, 'hrefOf'> & { entry: BalanceEntry }) {
  const { kind, invoice_id, method, reference, created_at } = entry;
  const more = [method, reference, formatDateUtc(created_at)].filter(Boolean).join(' · ');
  return (
    <>
      {invoice_id === null ? (
        WORDS[kind]
      ) : (
        <Link href={hrefOf(invoice_id)} className="text-accent underline">
          {WORDS[kind]}
        </Link>
      )}{' '}
      <span className="text-ink-soft">· {more}</span>
    </>
  );
}
