import { useState, type ReactNode } from 'react';
import type { Invoice, InvoiceLine } from '@tollgate/billing-core/contract/invoice.ts';
import type { Payment } from '@tollgate/billing-core/contract/payment.ts';
import { Button } from '../button.tsx';
import { formatDateUtc, formatMoney, negated } from '../format.ts';
import { Card, Facts } from '../page.tsx';
import { t } from '../text.ts';
import { Instant } from '../time.tsx';
import { Documents } from './documents.tsx';
import { LineUsage } from './line-usage.tsx';
import { paymentName } from './payment-name.ts';

interface InvoiceViewProps {
  invoice: Invoice;
  payments: readonly Payment[];
  /** The invoice's own path in the API. */
  path: string;
  /** What is known of a payment beside it, such as how far a refund is. */
  noteOf?: (payment: Payment) => ReactNode;
}

/** What an invoice says: for what, how it comes about, and what became of it. */
export function InvoiceView({ invoice, payments, path, noteOf }: InvoiceViewProps) {
  const [shown, setShown] = useState<InvoiceLine>();
  return (
    <div className="flex flex-col gap-5">
      <Card
        title={t('About')}
        actions={<Documents path={path} name={invoice.number ?? t('Draft')} />}
      >
        <Facts facts={factsOf(invoice)} />
        {invoice.issuer !== '' && (
          <p className="mt-4 whitespace-pre-line text-ink-soft">{invoice.issuer}</p>
        )}
      </Card>
      <Card title={t('Lines')}>
        <ul className="divide-y divide-line">
          {invoice.lines.map((line) => (
            <Line key={line.position} line={line} invoice={invoice} onUsage={setShown} />
          ))}
        </ul>
        <Totals invoice={invoice} />
      </Card>
      {payments.length > 0 && <Payments payments={payments} noteOf={noteOf} />}
      {invoice.credit_notes.length > 0 && <CreditNotes invoice={invoice} path={path} />}
      {invoice.closing && <Closing closing={invoice.closing} />}
      {(invoice.note !== '' || invoice.footer !== '') && (
        <p className="whitespace-pre-line text-ink-soft">
          {[invoice.note, invoice.footer].filter(Boolean).join('\n\n')}
        </p>
      )}
      <LineUsage path={path} line={shown} onClose={() => setShown(undefined)} />
    </div>
  );
}

function factsOf(invoice: Invoice) {
  const { billing_address, tax_number, not_collected } = invoice;
  const { currency, due, due_at, period, finalized_at } = invoice;
  return [
    { name: t('Customer'), value: invoice.customer.name },
    { name: t('Due'), value: <strong data-testid="due">{formatMoney(due, currency)}</strong> },
    ...(billing_address === ''
      ? []
      : [
          {
            name: t('Address'),
            value: <span className="whitespace-pre-line">{billing_address}</span>,
          },
        ]),
    ...(tax_number === '' ? [] : [{ name: t('Tax number'), value: tax_number }]),
    ...(finalized_at ? [{ name: t('Date'), value: formatDateUtc(finalized_at) }] : []),
    ...(not_collected === null
      ? []
      : [{ name: t('To be paid another way'), value: not_collected }]),
    ...(due_at ? [{ name: t('Payable by'), value: formatDateUtc(due_at) }] : []),
    ...(period
      ? [
          { name: t('Usage from'), value: <Instant iso={period.start} /> },
          { name: t('Usage until'), value: <Instant iso={period.end} /> },
        ]
      : []),
  ];
}

interface LineProps {
  line: InvoiceLine;
  invoice: Invoice;
  onUsage: (line: InvoiceLine) => void;
}

function Line({ line, invoice, onUsage }: LineProps) {
  const { starts_at, ends_at, plan } = line;
  const time =
    starts_at && ends_at ? `${formatDateUtc(starts_at)} – ${formatDateUtc(ends_at)}` : undefined;
  const about = [plan && `${plan.name} v${plan.version}`, time].filter(Boolean).join(' · ');
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="wrap-anywhere">{line.description}</p>
        {about !== '' && <p className="mt-0.5 text-[0.8125rem] text-ink-soft">{about}</p>}
        {line.meter && (
          <Button
            size="sm"
            tone="quiet"
            className="mt-1 -ml-2"
            aria-label={t('Show usage of line {number}', { number: line.position + 1 })}
            onClick={() => onUsage(line)}
          >
            {t('Show usage')}
          </Button>
        )}
      </div>
      <span className="ml-auto tabular-nums">{formatMoney(line.amount, invoice.currency)}</span>
    </li>
  );
}

/** What the lines come to, step by step; steps that change nothing are left out. */
function Totals({ invoice }: { invoice: Invoice }) {
  const { currency, subtotal, discounts, taxes, total } = invoice;
  const money = (amount: string) => formatMoney(amount, currency);
  const less = (amount: string) => money(negated(amount));
  const rows = [
    { name: t('Subtotal'), amount: money(subtotal) },
    ...discounts.map(({ name, amount }) => ({ name, amount: less(amount) })),
    ...taxes.map(({ name, percent, inclusive, amount }) => ({
      name: inclusive
        ? t('{name} {percent}%, included', { name, percent })
        : t('{name} {percent}%', { name, percent }),
      amount: money(amount),
    })),
  ];
  const after = [
    { name: t('From credit'), of: invoice.from_balance },
    { name: t('Set off of credit'), of: invoice.set_off },
    { name: t('Credited'), of: invoice.credited },
    { name: t('Back to credit'), of: negated(invoice.to_balance) },
    { name: t('Paid'), of: invoice.paid },
  ].filter(({ of }) => of !== '0');
  return (
    <dl className="mt-2 ml-auto grid max-w-sm grid-cols-[1fr_auto] gap-x-6 gap-y-1.5 border-t border-line pt-3 tabular-nums">
      {rows.map(({ name, amount }) => (
        <Row key={name} name={name} amount={amount} />
      ))}
      <Row name={t('Total')} amount={money(total)} strong />
      {after.map(({ name, of }) => (
        <Row key={name} name={name} amount={less(of)} />
      ))}
    </dl>
  );
}

function Row({ name, amount, strong = false }: { name: string; amount: string; strong?: boolean }) {
  const look = strong ? 'font-semibold' : 'text-ink-soft';
  return (
    <>
      <dt className={look}>{name}</dt>
      <dd className={`text-right ${strong ? 'font-semibold' : ''}`}>{amount}</dd>
    </>
  );
}

interface PaymentsProps {
  payments: readonly Payment[];
  noteOf: InvoiceViewProps['noteOf'];
}

function Payments({ payments, noteOf }: PaymentsProps) {
  return (
    <Card title={t('Payments')}>
      <ul className="divide-y divide-line">
        {payments.map((payment) => (
          <li key={payment.id} className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-2">
            <span className="min-w-0 wrap-anywhere">
              {paymentName(payment)}
              {payment.reference !== '' && ` · ${payment.reference}`} ·{' '}
              {formatDateUtc(payment.received_at)} {noteOf?.(payment)}
            </span>
            <span className="ml-auto tabular-nums">
              {formatMoney(
                payment.kind === 'refund' ? `-${payment.amount}` : payment.amount,
                payment.currency,
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function CreditNotes({ invoice, path }: { invoice: Invoice; path: string }) {
  // The same surface has both.
  const base = path.slice(0, path.lastIndexOf('/invoices/'));
  return (
    <Card title={t('Credit notes')}>
      <ul className="divide-y divide-line">
        {invoice.credit_notes.map((note) => (
          <li
            key={note.id}
            className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 py-2"
          >
            <span className="min-w-0 wrap-anywhere">
              {note.number} · {note.reason} · {formatDateUtc(note.created_at)}
            </span>
            <span className="ml-auto tabular-nums">
              {formatMoney(`-${note.total}`, note.currency)}
            </span>
            <Documents path={`${base}/credit-notes/${note.id}`} name={note.number} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Closing({ closing }: { closing: NonNullable<Invoice['closing']> }) {
  const { by, not_awaited: missing, rolls } = closing;
  const facts = { after: rolls.after, until: rolls.until };
  return (
    <p className="text-[0.8125rem] text-ink-soft">
      {by === 'watermark'
        ? t('Every gateway had vouched for all usage of the period.')
        : t('The grace time had passed. Usage of these may still come, on another one: {names}.', {
            names: missing.join(', ') || t('none'),
          })}{' '}
      {t('Ledger: batches up to roll {until}; late usage after roll {after}.', facts)}
    </p>
  );
}
