import { useWatch } from 'react-hook-form';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatMoney, majorToMinor, minorToMajor } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { amountFault } from './values.ts';

export type MoneyKind = 'payment' | 'refund' | 'credit';

interface MoneyProps {
  kind: MoneyKind;
  invoice: Invoice;
  path: string;
  /** What of it can be given back through Stripe, in minor units. */
  refundable: string;
  onClose: () => void;
  onDone: () => Promise<void>;
}

const TITLES: Record<MoneyKind, string> = {
  payment: t('Record a payment'),
  refund: t('Record a refund'),
  credit: t('Credit this invoice'),
};
const ABOUTS: Record<MoneyKind, string> = {
  payment: t('Money that came for it, in full or in part.'),
  refund: t('Money that went back. Without a credit note the invoice is open again.'),
  credit: t('With tax. An empty amount credits all that is left.'),
};

/** Takes an amount of money that came, went back, or is no longer owed. */
export function MoneyDialog(props: MoneyProps) {
  const { kind, onClose } = props;
  return (
    <Dialog open onClose={onClose} closesOutside={false} title={TITLES[kind]} about={ABOUTS[kind]}>
      <MoneyForm {...props} />
    </Dialog>
  );
}

type Method = 'stripe' | 'other';

interface Values {
  method: Method;
  amount: string;
  note: string;
}

const METHODS: readonly { value: Method; label: string }[] = [
  { value: 'stripe', label: t('Through Stripe, to the card that paid') },
  { value: 'other', label: t('Another way') },
];

/** What a field starts with: of a payment what is due. */
const startOf = ({ kind, invoice }: MoneyProps): string =>
  kind === 'payment' ? minorToMajor(invoice.due, invoice.currency) : '';

function MoneyForm(props: MoneyProps) {
  const { kind, invoice, path, refundable, onClose, onDone } = props;
  const { currency } = invoice;
  const hasChoice = kind === 'refund' && refundable !== '0';
  const edit = useApiForm<Values>({
    defaults: { method: hasChoice ? 'stripe' : 'other', amount: startOf(props), note: '' },
    submit: async ({ method, amount: typed, note }, idempotencyKey) => {
      const amount = typed.trim() === '' ? undefined : majorToMinor(typed.trim(), currency);
      const sent = { ...(amount !== undefined && { amount }) };
      const body =
        kind === 'credit'
          ? { ...sent, reason: note }
          : { ...sent, kind, reference: note, ...(method === 'stripe' && { method }) };
      const to = kind === 'credit' ? 'credit-notes' : 'payments';
      await api(`${path}/${to}`, { method: 'POST', body, idempotencyKey });
      await onDone();
      toast.done(method === 'stripe' ? t('Ordered at Stripe') : t('Recorded'), {
        description: formatMoney(amount ?? invoice.due, currency),
      });
      onClose();
    },
    rename: (field) => (field === 'reason' || field === 'reference' ? 'note' : field),
  });
  const { form } = edit;
  const method = useWatch({ control: form.control, name: 'method' });
  return (
    <Form api={edit} label={TITLES[kind]}>
      {hasChoice && (
        <SelectField
          form={form}
          name="method"
          label={t('How it goes back')}
          options={METHODS}
          hint={
            method === 'stripe'
              ? t('At most {most}. Whether it arrives is shown with the payments.', {
                  most: formatMoney(refundable, currency),
                })
              : t('Nothing is sent: somebody has given it back already.')
          }
        />
      )}
      <TextField
        form={form}
        name="amount"
        label={t('Amount in {currency}', { currency })}
        inputMode="decimal"
        check={(value) => (value.trim() === '' ? undefined : amountFault(value))}
        {...(kind === 'payment' && { required: t('Enter an amount') })}
      />
      <TextField
        form={form}
        name="note"
        label={kind === 'credit' ? t('Reason') : t('Reference')}
        hint={kind === 'credit' ? t('The customer reads it.') : t('Such as that of the transfer.')}
        {...(kind === 'credit' && { required: t('Enter a reason') })}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {kind === 'credit'
            ? t('Credit')
            : method === 'stripe'
              ? t('Refund through Stripe')
              : t('Record')}
        </Button>
      </DialogActions>
    </Form>
  );
}
