import { Building2, Plus, Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { Button } from '../kit/button.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { CONTROL } from '../kit/field.tsx';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { CreateCustomerDialog } from './customer-create.tsx';
import { CustomerState } from './states.tsx';

const COLUMNS: readonly Column<Customer>[] = [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: (customer) => customer.name,
    cell: (customer) => (
      <Link
        href={paths.adminCustomer(customer.id)}
        className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
      >
        {customer.name}
      </Link>
    ),
  },
  {
    id: 'external',
    header: t('External id'),
    written: ({ external_id }) => external_id ?? '',
    cell: ({ external_id }) => external_id ?? <span className="text-ink-soft">{t('none')}</span>,
  },
  { id: 'currency', header: t('Currency'), cell: (customer) => customer.currency },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ state }) => <CustomerState state={state} />,
  },
  {
    id: 'created',
    header: t('Created'),
    cell: (customer) => <Instant iso={customer.created_at} />,
  },
];

export function CustomersPage() {
  const [search, merge] = useUrlState();
  const { q } = search;
  const customers = usePages<Customer>({
    key: ['admin', 'customers'],
    path: '/v1/customers',
    query: { q },
  });
  const open = (): void => merge({ create: 'true' });
  return (
    <>
      <PageHeader
        title={t('Customers')}
        about={t('Who pays. Keys, subscriptions and usage belong to a customer.')}
        actions={
          <Button tone="primary" onClick={open}>
            <Plus aria-hidden />
            {t('Create customer')}
          </Button>
        }
      />
      <div className="flex flex-col gap-4">
        <SearchBox value={q ?? ''} onChange={(text) => merge({ q: text })} />
        <Card flush>
          <Loaded query={customers} skeleton={<TableSkeleton />}>
            {(rows) =>
              rows.length > 0 ? (
                <Table
                  label={t('Customers')}
                  rows={rows}
                  columns={COLUMNS}
                  rowId={(row) => row.id}
                />
              ) : q !== undefined ? (
                <NothingMatches what={t('customers')} onClear={() => merge({ q: undefined })} />
              ) : (
                <FirstUse
                  icon={<Building2 aria-hidden />}
                  title={t('No customers yet')}
                  about={t('Create one, put it on a plan, and give it a key.')}
                  action={
                    <Button tone="primary" onClick={open}>
                      {t('Create the first customer')}
                    </Button>
                  }
                />
              )
            }
          </Loaded>
          <LoadMore more={customers.more} />
        </Card>
      </div>
      <CreateCustomerDialog
        open={search['create'] === 'true'}
        onClose={() => merge({ create: undefined })}
      />
    </>
  );
}

/** Typing settles before the list is asked for again. */
const SETTLE_MS = 250;

function SearchBox({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  // The URL changed by other means than typing: cleared, or gone back.
  if (seen !== value) {
    setSeen(value);
    setText(value);
  }
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), SETTLE_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className="relative max-w-sm">
      <Search
        className="pointer-events-none absolute top-2.5 left-3 size-4 text-ink-soft"
        aria-hidden
      />
      <input
        type="search"
        aria-label={t('Search customers')}
        placeholder={t('Name or id')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={`${CONTROL} h-9 pl-9`}
      />
    </div>
  );
}
