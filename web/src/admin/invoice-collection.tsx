import type { Collection } from '@tollgate/billing-core/contract/dispute.ts';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { Link } from '../kit/link.tsx';
import { Card, Facts } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { t } from '../kit/text.ts';
import { DisputeList, words } from './disputes.tsx';

type RefundState = Collection['refunds'][number]['state'];

const REFUNDS: Record<RefundState, { tone: BadgeTone; label: string }> = {
  pending: { tone: 'warn', label: t('Pending') },
  succeeded: { tone: 'ok', label: t('Succeeded') },
  failed: { tone: 'danger', label: t('Failed: the money came back') },
};

interface RefundNoteProps {
  collection: Collection | undefined;
  paymentId: string;
}

/** How far a refund through Stripe is; nothing beside other payments. */
export function RefundNote({ collection, paymentId }: RefundNoteProps) {
  const refund = collection?.refunds.find(({ payment_id }) => payment_id === paymentId);
  if (refund === undefined) return null;
  return <Badge tone={REFUNDS[refund.state].tone}>{REFUNDS[refund.state].label}</Badge>;
}

interface InvoiceCollectionProps {
  query: Parameters<typeof Loaded<Collection>>[0]['query'];
  invoice: Invoice;
}

/** What of an invoice is at Stripe: its state, trouble with it, disputes. */
export function InvoiceCollection({ query, invoice }: InvoiceCollectionProps) {
  const { data } = query;
  const isElsewhere =
    data === undefined
      ? query.isError
      : data.stripe !== null || data.trouble !== '' || data.disputes.length > 0;
  if (!isElsewhere || invoice.state === 'draft') return null;
  return (
    <Card title={t('At Stripe')}>
      <Loaded query={query} skeleton={null}>
        {(known) => (
          <div className="flex flex-col gap-4">
            {known.stripe && <Facts facts={factsOf(known.stripe)} />}
            {known.trouble !== '' && (
              <p className="rounded-md bg-danger-soft px-3 py-2 wrap-anywhere text-danger">
                {t('Stripe could not be told of it: {said}', { said: known.trouble })}{' '}
                <Link href={paths.adminStripe({ tab: 'queue' })} className="underline">
                  {t('What waits to be told')}
                </Link>
              </p>
            )}
            {known.disputes.length > 0 && (
              <section aria-label={t('Disputes')}>
                <h3 className="text-[0.8125rem] font-medium text-ink-soft">{t('Disputes')}</h3>
                <DisputeList disputes={known.disputes} />
              </section>
            )}
          </div>
        )}
      </Loaded>
    </Card>
  );
}

const LINK = 'text-accent underline-offset-4 hover:underline break-all';

function factsOf({ id, status, failure, hosted_url, url }: NonNullable<Collection['stripe']>) {
  return [
    {
      name: t('Invoice at Stripe'),
      value:
        url === null ? (
          <code className="font-mono text-xs break-all">{id}</code>
        ) : (
          <a href={url} target="_blank" rel="noreferrer" className={LINK}>
            {id}
          </a>
        ),
    },
    { name: t('State there'), value: words(status) },
    ...(failure === '' ? [] : [{ name: t('Why it was not paid'), value: failure }]),
    ...(hosted_url === null
      ? []
      : [
          {
            name: t('Where the customer pays it'),
            value: (
              <a href={hosted_url} target="_blank" rel="noreferrer" className={LINK}>
                {t('Stripe’s page of it')}
              </a>
            ),
          },
        ]),
  ];
}
