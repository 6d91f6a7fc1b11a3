import { useState } from 'react';
import type { Collection } from '@tollgate/billing-core/contract/dispute.ts';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { formatMoney } from '../kit/format.ts';
import type { Query } from '../kit/query.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { MoneyDialog, type MoneyKind } from './invoice-money.tsx';

interface ActionsProps {
  invoice: Invoice;
  path: string;
  /** What of it is at Stripe. */
  collection: Query<Collection>;
  /** What the customer has to its credit, in minor units. */
  credit: string;
  onDone: () => Promise<void>;
}

type Verb = 'finalize' | 'void' | 'uncollectible';
type Open = Verb | MoneyKind;

/** What each state allows, the usual thing first. */
function offered({ state, paid, credited, total }: Invoice, balance: string): Open[] {
  if (state === 'draft') return ['finalize'];
  if (state === 'void') return [];
  const more: Open[] = [];
  if (state !== 'paid') more.push('payment');
  if (state !== 'paid' && !/^-|^0$/.test(balance)) more.push('set_off');
  if (credited !== total && !total.startsWith('-') && total !== '0') more.push('credit');
  if (paid !== '0') more.push('refund');
  if (state === 'open') more.push('uncollectible');
  if (state !== 'paid' && paid === '0') more.push('void');
  return more;
}

const LABELS: Record<Open, string> = {
  finalize: t('Finalize'),
  payment: t('Record payment'),
  set_off: t('Set off credit'),
  refund: t('Record refund'),
  credit: t('Credit'),
  uncollectible: t('Uncollectible'),
  void: t('Void'),
};

/** The buttons of an invoice; each asks before it does something. */
export function InvoiceActions({ invoice, path, collection, credit, onDone }: ActionsProps) {
  const [open, setOpen] = useState<Open>();
  const close = (): void => setOpen(undefined);
  const isVerb = open === 'finalize' || open === 'void' || open === 'uncollectible';
  return (
    <>
      {offered(invoice, credit).map((one) => (
        <Button
          key={one}
          tone={one === 'finalize' || one === 'payment' ? 'primary' : 'plain'}
          onClick={() => setOpen(one)}
        >
          {LABELS[one]}
        </Button>
      ))}
      {isVerb && (
        <VerbDialog verb={open} invoice={invoice} path={path} onClose={close} onDone={onDone} />
      )}
      {open !== undefined && !isVerb && (
        <MoneyDialog
          kind={open}
          invoice={invoice}
          path={path}
          collection={collection}
          credit={credit}
          onClose={close}
          onDone={onDone}
        />
      )}
    </>
  );
}

const CONSEQUENCES: Record<Verb, string> = {
  finalize: t('It gets the next number, and nothing on it can be changed from then on.'),
  void: t('It should not have been. What it billed stays billed: nothing of it comes again.'),
  uncollectible: t('Nobody is expected to pay it. Money that comes is still taken.'),
};

function VerbDialog({
  verb,
  invoice,
  path,
  onClose,
  onDone,
}: Omit<ActionsProps, 'collection' | 'credit'> & { verb: Verb; onClose: () => void }) {
  const name = invoice.number ?? formatMoney(invoice.total, invoice.currency);
  const said = verb === 'finalize' ? invoice.not_collected : null;
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title={t('{deed} {name}?', { deed: LABELS[verb], name })}
      consequence={
        <>
          <p>{CONSEQUENCES[verb]}</p>
          {said !== null && (
            <p className="mt-2 wrap-anywhere text-danger">
              {t('It is to be paid another way: {said}', { said })}
            </p>
          )}
        </>
      }
      confirmLabel={LABELS[verb]}
      danger={verb === 'void'}
      onConfirm={async () => {
        const query = said === null ? {} : { uncollected: 'allow' };
        await api(`${path}/${verb}`, { method: 'POST', query });
        await onDone();
        toast.done(t('Done'));
      }}
    />
  );
}
