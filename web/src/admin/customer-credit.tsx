import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { api } from '../kit/api.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatMoney, majorToMinor } from '../kit/format.ts';
import { CreditEntries } from '../kit/invoices/credit-entries.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { PayoutDialog } from './customer-payout.tsx';
import { creditQuery } from './queries.ts';
import { positiveFault } from './values.ts';

/** What a customer has to its credit and how that came about; how it is given and paid out. */
export function CustomerCredit({ customer }: { customer: Customer }) {
  const queries = useQueryClient();
  const credit = useQuery(creditQuery(customer.id));
  const [asking, setAsking] = useState<'give' | 'pay'>();
  const close = (): void => setAsking(undefined);
  const reload = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['admin', 'customer', customer.id] });
    await queries.invalidateQueries({ queryKey: ['admin', 'invoices'] });
  };
  const amount = credit.data?.amount ?? '0';
  return (
    <Card
      title={t('Credit')}
      about={t(
        'The next invoices take from it before anything is charged. It is set off against an ' +
          'open one on its page.',
      )}
      actions={
        <>
          {amount !== '0' && (
            <Button size="sm" onClick={() => setAsking('pay')}>
              {t('Pay out…')}
            </Button>
          )}
          <Button size="sm" onClick={() => setAsking('give')}>
            {t('Give credit…')}
          </Button>
        </>
      }
    >
      <Loaded query={credit} skeleton={<FactsSkeleton facts={2} />}>
        {(known) => (
          <>
            <p className="figures mb-3 text-xl font-semibold" data-testid="credit">
              {formatMoney(known.amount, known.currency)}
            </p>
            {known.data.length > 0 && (
              <CreditEntries
                path={`/v1/customers/${customer.id}/balance`}
                queryKey={creditQuery(customer.id).queryKey}
                hrefOf={paths.adminInvoice}
              />
            )}
            {asking === 'pay' && (
              <PayoutDialog
                customerId={customer.id}
                credit={known}
                onClose={close}
                onDone={reload}
              />
            )}
          </>
        )}
      </Loaded>
      <GiveDialog open={asking === 'give'} customer={customer} onClose={close} onDone={reload} />
    </Card>
  );
}

/** On other pages of the customer: how much there is, and the way to it. */
export function CreditNote({ customerId }: { customerId: string }) {
  const { data } = useQuery(creditQuery(customerId));
  if (data === undefined || data.amount === '0') return null;
  return (
    <Card className="mb-5">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <p>
          <span className="font-medium">
            {t('Credit: {amount}', { amount: formatMoney(data.amount, data.currency) })}
          </span>{' '}
          <span className="text-ink-soft">{t('The next invoices take from it.')}</span>
        </p>
        <ButtonLink size="sm" href={paths.adminCustomer(customerId, { tab: 'money' })}>
          {t('What it is made of')}
        </ButtonLink>
      </div>
    </Card>
  );
}

interface GiveProps {
  customer: Customer;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function GiveDialog({ open, ...give }: GiveProps & { open: boolean }) {
  return (
    <Dialog
      open={open}
      onClose={give.onClose}
      title={t('Give credit to “{name}”', { name: give.customer.name })}
      about={t(
        'An invoice below zero is made and final at once: it has a number, the customer sees ' +
          'it, and it stays. Its taxes apply.',
      )}
    >
      {open && <CreditForm {...give} />}
    </Dialog>
  );
}

function CreditForm({ customer, onClose, onDone }: GiveProps) {
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
      await onDone();
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
