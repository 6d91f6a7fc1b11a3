import type { LogoType } from '../contract/branding.ts';
import type { CreditNote, Invoice, InvoiceLine } from '../contract/invoice.ts';
import type { Payment } from '../contract/payment.ts';
import { exact } from '../rating/decimal.ts';
import { count, money } from '../rating/words.ts';

/** Pure: what a document says, in its order. HTML and PDF set the same words. */

export type Row = { name: string; value: string; isStrong?: boolean };
export type LineRow = { description: string; about: string; quantity: string; amount: string };
export type TaxRow = { name: string; rate: string; taxable: string; amount: string };

export type DocumentText = {
  title: string;
  /** Its number, or what stands for one. */
  number: string;
  /** Of the business, in base64, as it was then. */
  logo?: { type: LogoType; base64: string };
  /** When it was sent, ms: the document's own date. */
  at: number;
  seller: string[];
  buyer: string[];
  facts: Row[];
  lines: LineRow[];
  totals: Row[];
  taxes: TaxRow[];
  /** Credit notes and payments. */
  happened: Row[];
  due: Row | undefined;
  notes: string[];
};

const MONTHS =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

/** '1 May 2027', in UTC, with the time of day where it is not midnight. */
export function dayText(iso: string): string {
  const at = new Date(iso);
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  const time = at.toISOString().slice(11, 16);
  return time === '00:00' ? day : `${day}, ${time} UTC`;
}

/** The same without a time of day. */
const dateText = (iso: string): string => dayText(`${iso.slice(0, 10)}T00:00:00Z`);

const linesOf = (text: string): string[] =>
  text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));

type Amounts = (amount: string) => string;
const amountsIn =
  (currency: string): Amounts =>
  (amount) =>
    money(exact(amount), currency);
const negated = (amount: string): string =>
  amount === '0' ? amount : amount.startsWith('-') ? amount.slice(1) : `-${amount}`;

function lineRow(line: InvoiceLine, said: Amounts): LineRow {
  const { plan, starts_at, ends_at, quantity, description, amount } = line;
  const time = starts_at && ends_at ? `${dayText(starts_at)} – ${dayText(ends_at)}` : '';
  const of = plan === null ? '' : `${plan.name}, version ${plan.version}`;
  return {
    description,
    about: [of, time].filter((part) => part !== '').join(' · '),
    quantity: quantity === null ? '' : count(exact(quantity)),
    amount: said(amount),
  };
}

const buyerOf = ({ customer, billing_address, tax_number }: Invoice): string[] => [
  customer.name,
  ...linesOf(billing_address),
  ...(tax_number === '' ? [] : [`Tax number: ${tax_number}`]),
];

const TITLES: Record<Invoice['state'], string> = {
  draft: 'Draft of an invoice',
  open: 'Invoice',
  paid: 'Invoice',
  void: 'Invoice (void)',
  uncollectible: 'Invoice',
};

function factsOf(invoice: Invoice): Row[] {
  const { number, finalized_at, due_at, period, external_id } = invoice;
  return [
    { name: 'Number', value: number ?? 'none yet' },
    ...(finalized_at ? [{ name: 'Date', value: dateText(finalized_at) }] : []),
    ...(due_at ? [{ name: 'Payable by', value: dateText(due_at) }] : []),
    ...(period ? [{ name: 'Usage from', value: dayText(period.start) }] : []),
    ...(period ? [{ name: 'Usage until', value: dayText(period.end) }] : []),
    ...(external_id ? [{ name: 'Your reference', value: external_id }] : []),
    ...(invoice.state === 'paid' ? [{ name: 'State', value: 'Paid' }] : []),
  ];
}

function totalsOf(invoice: Invoice, said: Amounts): Row[] {
  const { subtotal, discounts, taxes, total } = invoice;
  return [
    { name: 'Subtotal', value: said(subtotal) },
    ...discounts.map(({ name, amount }) => ({ name, value: said(negated(amount)) })),
    ...taxes.map(({ name, percent, inclusive, amount }) => ({
      name: `${name} ${percent}%${inclusive ? ', included' : ''}`,
      value: said(amount),
    })),
    { name: 'Total', value: said(total), isStrong: true },
  ];
}

const taxRows = (invoice: Invoice, said: Amounts): TaxRow[] =>
  invoice.taxes.map(({ name, percent, inclusive, taxable, amount }) => ({
    name,
    rate: `${percent}%${inclusive ? ' (included)' : ''}`,
    taxable: said(taxable),
    amount: said(amount),
  }));

function happenedTo(invoice: Invoice, payments: readonly Payment[], said: Amounts): Row[] {
  const { from_balance, set_off, to_balance, credit_notes } = invoice;
  const isUsed = !from_balance.startsWith('-');
  return [
    ...(from_balance === '0'
      ? []
      : [
          {
            name: isUsed ? 'From your credit' : 'To your credit',
            value: said(negated(from_balance)),
          },
        ]),
    ...(set_off === '0' ? [] : [{ name: 'Set off of your credit', value: said(negated(set_off)) }]),
    ...credit_notes.map(({ number, created_at, total }) => ({
      name: `Credit note ${number}, ${dateText(created_at)}`,
      value: said(negated(total)),
    })),
    ...payments.map(({ kind, received_at, amount, method }) => ({
      name: `${kind === 'refund' ? 'Refund' : 'Payment'}, ${dateText(received_at)}, ${method}`,
      value: said(kind === 'refund' ? amount : negated(amount)),
    })),
    ...(to_balance === '0' ? [] : [{ name: 'Back to your credit', value: said(to_balance) }]),
  ];
}

/** An invoice as a document, with what was paid of it in the order of the payments. */
export function invoiceText(invoice: Invoice, payments: readonly Payment[]): DocumentText {
  const said = amountsIn(invoice.currency);
  const { state, number, lines, note, footer, finalized_at, created_at, currency } = invoice;
  return {
    title: TITLES[state],
    number: number ?? 'draft',
    at: Date.parse(finalized_at ?? created_at),
    seller: linesOf(invoice.issuer),
    buyer: buyerOf(invoice),
    facts: factsOf(invoice),
    lines: lines.map((line) => lineRow(line, said)),
    totals: totalsOf(invoice, said),
    taxes: taxRows(invoice, said),
    happened: happenedTo(invoice, payments, said),
    due:
      state === 'draft'
        ? undefined
        : { name: `Amount due (${currency})`, value: said(invoice.due), isStrong: true },
    notes: [...linesOf(note), ...linesOf(footer)],
  };
}

/** A credit note as a document; what it credits is described as on its invoice. */
export function creditNoteText(note: CreditNote, invoice: Invoice): DocumentText {
  const said = amountsIn(note.currency);
  const net = (BigInt(note.total) - BigInt(note.tax)).toString();
  const went = [
    { name: 'Off what was due', of: note.off_due },
    { name: 'To your credit', of: note.to_balance },
    { name: 'To be refunded', of: note.refundable },
  ].filter(({ of }) => of !== '0');
  return {
    title: 'Credit note',
    number: note.number,
    at: Date.parse(note.created_at),
    seller: linesOf(invoice.issuer),
    buyer: buyerOf(invoice),
    facts: [
      { name: 'Number', value: note.number },
      { name: 'Date', value: dateText(note.created_at) },
      { name: 'Of invoice', value: invoice.number ?? '' },
      { name: 'Reason', value: note.reason },
    ],
    lines: note.lines.map(({ position, amount, tax }) => ({
      description: invoice.lines.find((line) => line.position === position)?.description ?? '',
      about: tax === '0' ? '' : `Tax in it: ${said(tax)}`,
      quantity: '',
      amount: said(amount),
    })),
    totals: [
      { name: 'Without tax', value: said(net) },
      { name: 'Tax', value: said(note.tax) },
      { name: 'Credited in all', value: said(note.total), isStrong: true },
    ],
    taxes: [],
    happened: went.map(({ name, of }) => ({ name, value: said(of) })),
    due: undefined,
    notes: linesOf(invoice.footer),
  };
}
