import { useWatch } from 'react-hook-form';
import type { Collection } from '@tollgate/billing-core/contract/dispute.ts';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatMoney, majorToMinor, minorToMajor } from '../kit/format.ts';
import { KnownChoices } from '../kit/known-choices.tsx';
import type { Query } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { amountFault } from './values.ts';

export type MoneyKind = 'payment' | 'set_off' | 'refund' | 'credit';

interface MoneyProps {
  kind: MoneyKind;
  invoice: Invoice;
  path: string;
  /** What of it is at Stripe: whether a refund can go that way. */
  collection: Query<Collection>;
  /** What the customer has to its credit, in minor units. */
  credit: string;
  onClose: () => void;
  onDone: () => Promise<void>;
}

const TITLES: Record<MoneyKind, string> = {
  payment: t('Record a payment'),
  set_off: t('Set off credit'),
  refund: t('Record a refund'),
  credit: t('Credit this invoice'),
};
const ABOUTS: Record<MoneyKind, string> = {
  payment: t('Money that came for it, in full or in part.'),
  set_off: t('What the customer has to its credit pays it, in full or in part.'),
  refund: t('Money that went back. Without a credit note the invoice is open again.'),
  credit: t('With tax. An empty amount credits all that is left.'),
};

/** Takes an amount of money that came, went back, or is no longer owed. */
export function MoneyDialog(props: MoneyProps) {
  const { kind, collection, onClose } = props;
  return (
    <Dialog open onClose={onClose} closesOutside={false} title={TITLES[kind]} about={ABOUTS[kind]}>
      {kind === 'refund' ? (
        <KnownChoices
          label={t('How it goes back')}
          query={collection}
          pending={<FactsSkeleton facts={2} />}
        >
          {({ refundable }) => <MoneyForm {...props} refundable={refundable} />}
        </KnownChoices>
      ) : (
        <MoneyForm {...props} refundable="0" />
      )}
    </Dialog>
  );
}

const SUBMITS: Record<MoneyKind, string> = {
  payment: t('Record'),
  set_off: t('Set off'),
  refund: t('Record'),
  credit: t('Credit'),
};

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

const smaller = (one: string, other: string): string => (BigInt(one) < BigInt(other) ? one : other);

/** What a field starts with: what is due, as far as there is credit where that pays it. */
function startOf({ kind, invoice, credit }: MoneyProps): string {
  const { due, currency } = invoice;
  if (kind === 'payment') return minorToMajor(due, currency);
  return kind === 'set_off' ? minorToMajor(smaller(due, credit), currency) : '';
}

/** Where it is told of, and what. */
function toldOf(kind: MoneyKind, { method, note }: Values, amount: string | undefined) {
  const sent = { ...(amount !== undefined && { amount }) };
  if (kind === 'set_off') return { to: 'set-off', body: sent };
  if (kind === 'credit') return { to: 'credit-notes', body: { ...sent, reason: note } };
  const body = { ...sent, kind, reference: note, ...(method === 'stripe' && { method }) };
  return { to: 'payments', body };
}

/** @param props `refundable`: what can be given back through Stripe, in minor units. */
function MoneyForm(props: MoneyProps & { refundable: string }) {
  const { kind, invoice, path, refundable, credit, onClose, onDone } = props;
  const { currency } = invoice;
  const hasChoice = kind === 'refund' && refundable !== '0';
  const edit = useApiForm<Values>({
    defaults: { method: hasChoice ? 'stripe' : 'other', amount: startOf(props), note: '' },
    submit: async (values, idempotencyKey) => {
      const typed = values.amount.trim();
      const amount = typed === '' ? undefined : majorToMinor(typed, currency);
      const { to, body } = toldOf(kind, values, amount);
      await api(`${path}/${to}`, { method: 'POST', body, idempotencyKey });
      await onDone();
      toast.done(values.method === 'stripe' ? t('Ordered at Stripe') : t('Recorded'), {
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
        {...((kind === 'payment' || kind === 'set_off') && { required: t('Enter an amount') })}
        {...(kind === 'set_off' && {
          hint: t('There is {credit}.', { credit: formatMoney(credit, currency) }),
        })}
      />
      {kind !== 'set_off' && (
        <TextField
          form={form}
          name="note"
          label={kind === 'credit' ? t('Reason') : t('Reference')}
          hint={
            kind === 'credit' ? t('The customer reads it.') : t('Such as that of the transfer.')
          }
          {...(kind === 'credit' && { required: t('Enter a reason') })}
        />
      )}
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {method === 'stripe' ? t('Refund through Stripe') : SUBMITS[kind]}
        </Button>
      </DialogActions>
    </Form>
  );
}
