import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState, type ReactNode } from 'react';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { CONTROL, Field } from '../kit/field.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';

const SHOWN_MAX = 6;

/** Finds a customer by a part of its name or by an id, then goes on with it. */
export function CustomerPick({ children }: { children: (customerId: string) => ReactNode }) {
  const [text, setText] = useState('');
  const [picked, setPicked] = useState<Customer>();
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['admin', 'customers', 'pick', q],
    queryFn: ({ signal }) =>
      api<Page<Customer>>('/v1/customers', { query: { q, limit: String(SHOWN_MAX) }, signal }),
    placeholderData: keepPreviousData,
    enabled: picked === undefined,
  });
  if (picked) {
    return (
      <>
        <div className="mb-4 flex flex-wrap items-center justify-between gap-2">
          <span className="min-w-0 font-medium wrap-anywhere">{picked.name}</span>
          <Button size="sm" tone="quiet" onClick={() => setPicked(undefined)}>
            {t('Another customer')}
          </Button>
        </div>
        {children(picked.id)}
      </>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <Field label={t('Customer')}>
        {(wiring) => (
          <input
            {...wiring}
            type="search"
            value={text}
            placeholder={t('Name or id')}
            autoComplete="off"
            onChange={(event) => setText(event.target.value)}
            className={`${CONTROL} h-9`}
          />
        )}
      </Field>
      <Loaded query={found} skeleton={<TableSkeleton rows={3} />}>
        {({ data }) =>
          data.length === 0 ? (
            <p className="text-ink-soft">{t('No customer is called so.')}</p>
          ) : (
            <ul aria-label={t('Customers')} className="flex flex-col gap-1">
              {data.map((customer) => (
                <li key={customer.id}>
                  <Button
                    tone="quiet"
                    className="w-full justify-start wrap-anywhere"
                    onClick={() => setPicked(customer)}
                  >
                    {customer.name}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  );
}
