import {
  Ban,
  BadgeDollarSign,
  Bell,
  KeyRound,
  Layers,
  ReceiptText,
  ShieldCheck,
  type LucideIcon,
} from 'lucide-react';
import { createElement } from 'react';
import type { CustomerEvent } from '@tollgate/billing-core/contract/customer-event.ts';
import { Choice } from '../kit/choice.tsx';
import { NothingMatches } from '../kit/empty.tsx';
import { formatMoney } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { eventNote, eventTitle } from './timeline-words.ts';

type Topic = CustomerEvent['topic'];
const TOPICS: readonly { value: Topic | 'all'; label: string }[] = [
  { value: 'all', label: t('Everything') },
  { value: 'plan', label: t('Plan') },
  { value: 'money', label: t('Money') },
  { value: 'access', label: t('Keys and members') },
  { value: 'notice', label: t('Notices') },
  { value: 'admin', label: t('Deeds of admins') },
];

const ICONS: Readonly<Record<Topic, LucideIcon>> = {
  plan: Layers,
  money: ReceiptText,
  access: KeyRound,
  notice: Bell,
  admin: ShieldCheck,
};

/** All that happened to a customer in one order, the newest first. */
export function CustomerTimeline({ customerId }: { customerId: string }) {
  const [search, merge] = useUrlState();
  const topic = TOPICS.find(({ value }) => value === search['topic'])?.value ?? 'all';
  const events = usePages<CustomerEvent>({
    key: ['admin', 'customer', customerId, 'events'],
    path: `/v1/customers/${encodeURIComponent(customerId)}/events`,
    query: { topic: topic === 'all' ? undefined : topic },
  });
  return (
    <Card
      title={t('Timeline')}
      about={t('What happened to this customer, the newest first')}
      actions={
        <Choice
          label={t('About')}
          value={topic}
          options={TOPICS}
          onChange={(value) => merge({ topic: value === 'all' ? undefined : value })}
        />
      }
      flush
    >
      <Loaded query={events} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <NothingMatches what={t('events')} onClear={() => merge({ topic: undefined })} />
          ) : (
            <ol className="divide-y divide-line border-t border-line">
              {rows.map((event) => (
                <Event key={`${event.id} ${event.at}`} event={event} />
              ))}
            </ol>
          )
        }
      </Loaded>
      <LoadMore more={events.more} />
    </Card>
  );
}

function iconOf({ kind, topic, note }: CustomerEvent): LucideIcon {
  if (kind === 'payment.payment' || kind === 'payment.refund') return BadgeDollarSign;
  if (kind === 'key.revoked' || kind === 'subscription.ended' || note === 'void') return Ban;
  return ICONS[topic];
}

function Event({ event }: { event: CustomerEvent }) {
  const { at, amount, currency } = event;
  const note = eventNote(event);
  return (
    <li className="flex gap-3 px-4 py-2.5 sm:px-5">
      <span className="mt-0.5 text-ink-soft">
        {createElement(iconOf(event), { 'aria-hidden': true, className: 'size-4' })}
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span className="min-w-0 wrap-anywhere">
            {eventTitle(event)} <Subject event={event} />
          </span>
          {amount !== null && currency !== null && (
            <span className="figures">{formatMoney(amount, currency)}</span>
          )}
        </p>
        <p className="text-[0.8125rem] wrap-anywhere text-ink-soft">
          <Instant iso={at} />
          {note !== '' && ` · ${note}`}
        </p>
      </div>
    </li>
  );
}

/** What it is about, with the way there. */
function Subject({ event: { kind, subject_id: id, name } }: { event: CustomerEvent }) {
  const href = hrefOf(kind, id);
  if (href === undefined) return <span className="font-medium">{name}</span>;
  return (
    <Link href={href} className="font-medium underline-offset-4 hover:underline">
      {name}
    </Link>
  );
}

function hrefOf(kind: CustomerEvent['kind'], id: string): string | undefined {
  if (/^(invoice|credit_note|payment|dunning)\./.test(kind)) return paths.adminInvoice(id);
  return undefined;
}
