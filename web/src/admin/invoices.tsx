import { ReceiptText } from 'lucide-react';
import type { InvoiceState, InvoiceSummary } from '@tollgate/billing-core/contract/invoice.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { InvoiceTable } from '../kit/invoices/invoice-table.tsx';
import { STATE_LABELS } from '../kit/invoices/state.tsx';
import { useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';

type Shown = InvoiceState | 'all' | 'overdue';
const SHOWN: readonly { value: Shown; label: string }[] = [
  { value: 'all', label: t('All') },
  ...STATE_LABELS,
  { value: 'overdue', label: t('Past due') },
];

const hrefOf = ({ id }: InvoiceSummary): string => paths.adminInvoice(id);

const stateQuery = (state: Shown): { state?: InvoiceState; overdue?: 'true' } => {
  if (state === 'all') return {};
  return state === 'overdue' ? { overdue: 'true' } : { state };
};

/** Invoices of all customers, or of one. */
export function InvoicesPage() {
  const [search, merge] = useUrlState();
  const state = SHOWN.find(({ value }) => value === search['state'])?.value ?? 'all';
  const { customer, currency } = search;
  const only = search['only'] === 'not_collected' ? 'not_collected' : undefined;
  const invoices = usePages<InvoiceSummary>({
    key: ['admin', 'invoices'],
    path: '/v1/invoices',
    query: { customer_id: customer, only, currency, ...stateQuery(state) },
  });
  const isFiltered = [customer, only, currency].some((one) => one !== undefined) || state !== 'all';
  return (
    <>
      <PageHeader
        title={t('Invoices')}
        about={t('A period is closed when every gateway has vouched for all of its usage.')}
        actions={
          <>
            {only !== undefined && (
              <Button size="sm" onClick={() => merge({ only: undefined })}>
                {t('Also those that are collected')}
              </Button>
            )}
            <Choice
              label={t('State')}
              value={state}
              options={SHOWN}
              onChange={(value) => merge({ state: value === 'all' ? undefined : value })}
            />
            <ButtonLink href={paths.adminBillingSettings}>{t('Settings')}</ButtonLink>
          </>
        }
      />
      <Card flush>
        <Loaded query={invoices} skeleton={<TableSkeleton />}>
          {(rows) => {
            if (rows.length > 0) return <InvoiceTable invoices={rows} hrefOf={hrefOf} customers />;
            if (isFiltered) {
              const clear = () =>
                merge({
                  state: undefined,
                  customer: undefined,
                  only: undefined,
                  currency: undefined,
                });
              return <NothingMatches what={t('invoices')} onClear={clear} />;
            }
            return (
              <FirstUse
                icon={<ReceiptText aria-hidden />}
                title={t('No invoice yet')}
                about={t('The first one comes when a subscription has a fee or ends a period.')}
              />
            );
          }}
        </Loaded>
        <LoadMore more={invoices.more} />
      </Card>
    </>
  );
}
