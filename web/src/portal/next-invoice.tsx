import { queryOptions, useQuery } from '@tanstack/react-query';
import type { NextInvoice } from '@tollgate/billing-core/contract/subscription.ts';
import { api } from '../kit/api.ts';
import { formatMoney } from '../kit/format.ts';
import { broughtBy, SumView, usageNote } from '../kit/invoices/invoice-preview.tsx';
import { Card } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';

/** What the invoice that comes next would have now; null where none comes. */
export const nextInvoiceQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['portal', customerId, 'next-invoice'],
    queryFn: ({ signal }) =>
      api<NextInvoice>(customerPath(customerId, '/next-invoice'), { signal }),
  });

/** The invoice that comes next, with a change that is set for then; nothing where none comes. */
export function NextInvoiceCard() {
  const customerId = useCustomerId();
  const next = useQuery(nextInvoiceQuery(customerId));
  if (next.data !== undefined && next.data.invoice === null) return null;
  return (
    <Card title={t('Next invoice')} className="mb-5">
      <Loaded query={next} skeleton={<FactsSkeleton facts={2} />}>
        {({ currency, invoice }) =>
          invoice !== null && (
            <>
              <p className="flex flex-wrap justify-between gap-x-4 gap-y-1 font-medium">
                <span>
                  <Instant iso={invoice.at} />
                </span>
                <span className="figures shrink-0 whitespace-nowrap" data-testid="next-due">
                  {formatMoney(broughtBy(invoice), currency)}
                </span>
              </p>
              <SumView sum={invoice} currency={currency} />
              <p className="mt-2 text-[0.8125rem] text-ink-soft">{usageNote(invoice)}</p>
            </>
          )
        }
      </Loaded>
    </Card>
  );
}
