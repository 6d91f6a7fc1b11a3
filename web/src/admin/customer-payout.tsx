import { useQuery } from '@tanstack/react-query';
import { useWatch, type UseFormReturn } from 'react-hook-form';
import type { Balance } from '@tollgate/billing-core/contract/balance.ts';
import type { Collection } from '@tollgate/billing-core/contract/dispute.ts';
import type { InvoiceSummary } from '@tollgate/billing-core/contract/invoice.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatMoney, majorToMinor, minorToMajor } from '../kit/format.ts';
import { KnownChoices } from '../kit/known-choices.tsx';
import type { Query } from '../kit/query.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { collectionQuery } from './queries.ts';
import { amountFault } from './values.ts';

interface PayoutProps {
  customerId: string;
  credit: Pick<Balance, 'amount' | 'currency'>;
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** Pays out what a customer has to its credit. */
export function PayoutDialog(props: PayoutProps) {
  return (
    <Dialog
      open
      onClose={props.onClose}
      closesOutside={false}
      title={t('Pay out credit')}
      about={t('To a customer who leaves, or who asks for its money.')}
    >
      <PayoutForm {...props} />
    </Dialog>
  );
}

interface Values {
  /** The invoice whose money goes back; empty: by hand, of none. */
  invoice_id: string;
  method: 'stripe' | 'other';
  amount: string;
  reference: string;
}

const METHODS = [
  { value: 'stripe', label: t('Through Stripe, to the card that paid') },
  { value: 'other', label: t('Another way') },
] as const;

const BY_HAND = { value: '', label: t('By hand, such as by a transfer') };

/** Invoices of the customer of which money could go back, newest first. */
function usePaid(customerId: string) {
  const query = { customer_id: customerId, state: 'paid', limit: '100' };
  return useQuery({
    queryKey: ['admin', 'customer', customerId, 'paid-invoices'],
    queryFn: ({ signal }) => api<Page<InvoiceSummary>>('/v1/invoices', { query, signal }),
  });
}

function placesIn({ data }: Page<InvoiceSummary>): { value: string; label: string }[] {
  const rows = data.filter(({ total }) => !/^-|^0$/.test(total));
  return rows.map(({ id, number, total, currency }) => ({
    value: id,
    label: t('Back of {number}, {total}', {
      number: number ?? id,
      total: formatMoney(total, currency),
    }),
  }));
}

function bodyOf(values: Values, currency: string, refundable: string): object {
  const { invoice_id, method, amount, reference } = values;
  const isThrough = invoice_id !== '' && refundable !== '0' && method === 'stripe';
  return {
    amount: majorToMinor(amount.trim(), currency),
    reference,
    ...(invoice_id !== '' && { invoice_id }),
    ...(isThrough && { method }),
  };
}

interface PlaceProps {
  form: UseFormReturn<Values>;
  paid: Query<Page<InvoiceSummary>>;
  /** Of the chosen invoice. */
  collection: Query<Collection>;
  currency: string;
}

/** Of which invoice it is, and how it goes back to who paid that. */
function PlaceFields({ form, paid, collection, currency }: PlaceProps) {
  const invoiceId = useWatch({ control: form.control, name: 'invoice_id' });
  return (
    <>
      <KnownChoices label={t('Where it goes')} query={paid}>
        {(page) => (
          <SelectField
            form={form}
            name="invoice_id"
            label={t('Where it goes')}
            options={[BY_HAND, ...placesIn(page)]}
            hint={
              invoiceId === ''
                ? t('Nothing is sent: somebody has paid it already.')
                : t('The invoice stays paid: by credit, in place of the money.')
            }
          />
        )}
      </KnownChoices>
      {invoiceId !== '' && (
        <KnownChoices label={t('How it goes back')} query={collection}>
          {({ refundable: most }) =>
            most !== '0' && (
              <SelectField
                form={form}
                name="method"
                label={t('How it goes back')}
                options={METHODS}
                hint={t('Through Stripe at most {most}.', { most: formatMoney(most, currency) })}
              />
            )
          }
        </KnownChoices>
      )}
    </>
  );
}

function PayoutForm({ customerId, credit, onClose, onDone }: PayoutProps) {
  const { amount, currency } = credit;
  const edit = useApiForm<Values>({
    defaults: {
      invoice_id: '',
      method: 'stripe',
      amount: minorToMajor(amount, currency),
      reference: '',
    },
    submit: async (values, idempotencyKey) => {
      const body = bodyOf(values, currency, refundable);
      const path = `/v1/customers/${customerId}/balance/payouts`;
      await api(path, { method: 'POST', body, idempotencyKey });
      await onDone();
      toast.done(t('Paid out'));
      onClose();
    },
  });
  const { form } = edit;
  const paid = usePaid(customerId);
  const invoiceId = useWatch({ control: form.control, name: 'invoice_id' });
  const collection = useQuery({ ...collectionQuery(invoiceId), enabled: invoiceId !== '' });
  const refundable = collection.data?.refundable ?? '0';
  return (
    <Form api={edit} label={t('Pay out credit')}>
      <PlaceFields form={form} paid={paid} collection={collection} currency={currency} />
      <TextField
        form={form}
        name="amount"
        label={t('Amount in {currency}', { currency })}
        inputMode="decimal"
        required={t('Enter an amount')}
        check={amountFault}
      />
      <TextField
        form={form}
        name="reference"
        label={t('Reference')}
        hint={t('Such as that of the transfer. The customer reads it.')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Pay out')}
        </Button>
      </DialogActions>
    </Form>
  );
}
