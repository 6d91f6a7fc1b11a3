import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Balance, BalanceEntry } from '@tollgate/billing-core/contract/balance.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Invoice, InvoiceSummary } from '@tollgate/billing-core/contract/invoice.ts';
import { api } from '../kit/api.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatMoney, majorToMinor } from '../kit/format.ts';
import { InvoiceTable } from '../kit/invoices/invoice-table.tsx';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton, TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { positiveFault } from './values.ts';

const hrefOf = ({ id }: InvoiceSummary): string => paths.adminInvoice(id);

/** What a customer was billed, and what it has to its credit. */
export function CustomerMoney({ customer }: { customer: Customer }) {
  return (
    <div className="flex flex-col gap-5">
      <Credit customer={customer} />
      <Invoices customerId={customer.id} />
    </div>
  );
}

function Invoices({ customerId }: { customerId: string }) {
  const invoices = usePages<InvoiceSummary>({
    key: ['admin', 'customer', customerId, 'invoices'],
    path: '/v1/invoices',
    query: { customer_id: customerId },
  });
  return (
    <Card
      title={t('Invoices')}
      flush
      actions={
        <ButtonLink size="sm" href={paths.adminInvoices({ customer: customerId })}>
          {t('With filters')}
        </ButtonLink>
      }
    >
      <Loaded query={invoices} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length > 0 ? (
            <InvoiceTable invoices={rows} hrefOf={hrefOf} />
          ) : (
            <p className="px-4 pb-5 text-ink-soft sm:px-5">
              {t('None yet. The first one comes with a fee, or with the end of a period.')}
            </p>
          )
        }
      </Loaded>
      <LoadMore more={invoices.more} />
    </Card>
  );
}

const KINDS: Readonly<Record<BalanceEntry['kind'], string>> = {
  grant: t('Given by'),
  use: t('Used by'),
  credit_note: t('Credited on'),
  void: t('Given back by'),
  overpaid: t('Paid too much on'),
  set_off: t('Set off against'),
  payout: t('Paid out'),
  payout_return: t('Paid out, and came back'),
};

const balanceKey = (id: string) => ['admin', 'customer', id, 'balance'];

function Credit({ customer }: { customer: Customer }) {
  const [giving, setGiving] = useState(false);
  const path = `/v1/customers/${customer.id}/balance`;
  const balance = useQuery({
    queryKey: balanceKey(customer.id),
    queryFn: ({ signal }) => api<Balance>(path, { signal }),
  });
  return (
    <Card
      title={t('Credit')}
      about={t('The next invoices take from it before anything is charged.')}
      actions={
        <Button size="sm" onClick={() => setGiving(true)}>
          {t('Give credit…')}
        </Button>
      }
    >
      <Loaded query={balance} skeleton={<FactsSkeleton facts={2} />}>
        {({ amount, currency, data }) => (
          <>
            <p className="figures text-xl font-semibold" data-testid="credit">
              {formatMoney(amount, currency)}
            </p>
            {data.length > 0 && (
              <ul className="mt-3 divide-y divide-line">
                {data.map((entry) => (
                  <Entry key={entry.id} entry={entry} />
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
      <Dialog
        open={giving}
        onClose={() => setGiving(false)}
        title={t('Give credit to “{name}”', { name: customer.name })}
        about={t(
          'An invoice below zero is made and final at once: it has a number, the customer sees ' +
            'it, and it stays. Its taxes apply.',
        )}
      >
        {giving && <CreditForm customer={customer} onClose={() => setGiving(false)} />}
      </Dialog>
    </Card>
  );
}

function Entry({ entry }: { entry: BalanceEntry }) {
  return (
    <li className="flex flex-wrap justify-between gap-x-6 py-2">
      <span>
        {KINDS[entry.kind]}{' '}
        {entry.invoice_id !== null && (
          <Link href={paths.adminInvoice(entry.invoice_id)} className="text-accent underline">
            {t('an invoice')}
          </Link>
        )}{' '}
        <span className="text-ink-soft">
          · <Instant iso={entry.created_at} />
        </span>
      </span>
      <span className="figures">{formatMoney(entry.amount, entry.currency)}</span>
    </li>
  );
}

function CreditForm({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const queries = useQueryClient();
  const { currency } = customer;
  const give = useApiForm({
    defaults: { amount: '', description: '' },
    rename: (path) => path.replace(/^lines\.0\./, ''),
    submit: async ({ amount, description }, idempotencyKey) => {
      const lines = [{ description, amount: `-${majorToMinor(amount, currency)}` }];
      const body = { customer_id: customer.id, lines };
      const draft = await api<Invoice>('/v1/invoices', { method: 'POST', body, idempotencyKey });
      await api(`/v1/invoices/${draft.id}/finalize`, { method: 'POST' });
      toast.done(t('Credit given'), { description: customer.name });
      await queries.invalidateQueries({ queryKey: ['admin', 'customer', customer.id] });
      onClose();
    },
  });
  return (
    <Form api={give} label={t('Give credit')}>
      <TextField
        form={give.form}
        name="amount"
        label={t('Amount in {currency}', { currency })}
        required={t('Enter an amount')}
        check={positiveFault}
        inputMode="decimal"
      />
      <TextField
        form={give.form}
        name="description"
        label={t('What for')}
        required={t('Say what for')}
        hint={t('It stands on the invoice.')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={give.form.formState.isSubmitting}>
          {t('Give credit')}
        </Button>
      </DialogActions>
    </Form>
  );
}
