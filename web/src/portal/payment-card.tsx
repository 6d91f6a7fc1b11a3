import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  Collection,
  CollectorState,
  PaymentPageWanted,
} from '@tollgate/billing-core/contract/collector.ts';
import type { Invoice } from '@tollgate/billing-core/contract/invoice.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { Card } from '../kit/page.tsx';
import { Loaded, onceKnown } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { UnreadCard } from '../kit/unread-card.tsx';
import { useRole } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';

const REFRESH_MS = 5_000;

const collectorQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['portal', customerId, 'collector'],
    queryFn: ({ signal }) =>
      api<CollectorState>(customerPath(customerId, '/collector'), { signal }),
    refetchInterval: onceKnown(REFRESH_MS),
  });

/** A page of the collector's own, to which the browser goes. */
function usePaymentPage(customerId: string) {
  return useMutation({
    mutationFn: (wanted: PaymentPageWanted) =>
      api<{ url: string }>(customerPath(customerId, '/payment-pages'), {
        method: 'POST',
        body: wanted,
      }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
}

/** By what invoices are paid; nothing where somebody writes down what came. */
export function PaymentCard() {
  const query = useQuery(collectorQuery(useCustomerId()));
  const collector = query.data;
  if (collector === undefined) {
    return <UnreadCard title={t('Payment')} query={query} className="mb-5" />;
  }
  if (collector.kind !== 'stripe') return null;
  return (
    <Card title={t('Payment')} actions={<Mode collector={collector} />} className="mb-5">
      <ByCard collector={collector} />
    </Card>
  );
}

/** The same as a part of its own page, also where nothing is paid by card. */
export function PaymentMethods() {
  const collector = useQuery(collectorQuery(useCustomerId()));
  const known = collector.data;
  return (
    <Card title={t('Payment methods')} actions={known && <Mode collector={known} />}>
      <Loaded query={collector} skeleton={<FactsSkeleton facts={1} />}>
        {(state) =>
          state.kind === 'stripe' ? (
            <ByCard collector={state} />
          ) : (
            <p className="text-ink-soft text-pretty">
              {t('Nothing is charged by card here: each invoice says how it is to be paid.')}
            </p>
          )
        }
      </Loaded>
    </Card>
  );
}

/** The card that is charged, and the ways to the collector’s own pages. */
function ByCard({ collector }: { collector: CollectorState }) {
  const customerId = useCustomerId();
  const open = usePaymentPage(customerId);
  const role = useRole(customerId);
  const may = role === 'owner' || role === 'billing';
  const { card } = collector;
  return (
    <>
      <p data-testid="card">
        {card === null
          ? t('No card yet. Invoices are sent to you and paid on a page of Stripe’s.')
          : t('{brand} ending in {last4}, valid until {month}/{year}', {
              brand: card.brand.toUpperCase(),
              last4: card.last4,
              month: String(card.exp_month).padStart(2, '0'),
              year: String(card.exp_year),
            })}
      </p>
      {collector.is_simulated && (
        <p className="mt-1 text-ink-soft">
          {t('This Stripe is make-believe: it runs on this machine, and no money moves.')}
        </p>
      )}
      {may ? (
        <div className="mt-4 flex flex-wrap gap-2">
          <Button
            tone={card === null ? 'primary' : 'plain'}
            busy={open.isPending}
            onClick={() => open.mutate({ page: 'card' })}
          >
            {card === null ? t('Add a card') : t('Use another card')}
          </Button>
          <Button busy={open.isPending} onClick={() => open.mutate({ page: 'account' })}>
            {t('Cards and receipts')}
          </Button>
        </div>
      ) : (
        <p className="mt-2 text-ink-soft">
          {t('An owner, or who does the billing, can change this.')}
        </p>
      )}
      {open.isError && <FormProblem error={open.error} />}
    </>
  );
}

function Mode({ collector }: { collector: CollectorState }) {
  if (!collector.is_test) return null;
  return (
    <Badge tone="warn">{collector.is_simulated ? t('Make-believe Stripe') : t('Test mode')}</Badge>
  );
}

/** Why the last try to collect an invoice that is owed failed; beside the invoice itself. */
const collectionQuery = (customerId: string, { id }: Invoice) =>
  queryOptions({
    queryKey: ['portal', customerId, 'invoice', id, 'collection'],
    queryFn: ({ signal }) =>
      api<Collection>(customerPath(customerId, `/invoices/${encodeURIComponent(id)}/collection`), {
        signal,
      }),
    refetchInterval: onceKnown(REFRESH_MS),
  });

const isOwed = ({ state }: Invoice): boolean => state === 'open' || state === 'uncollectible';

/** The ways to pay one invoice that is owed, and why it was not paid by itself. */
export function PayInvoice({ invoice }: { invoice: Invoice }) {
  const query = useQuery(collectorQuery(useCustomerId()));
  const collector = query.data;
  if (!isOwed(invoice) || invoice.not_collected !== null) return null;
  if (collector === undefined) {
    return <UnreadCard title={t('Payment')} query={query} className="mb-5" />;
  }
  if (collector.kind !== 'stripe') return null;
  return <WaysToPay invoice={invoice} collector={collector} />;
}

function WaysToPay({ invoice, collector }: { invoice: Invoice; collector: CollectorState }) {
  const customerId = useCustomerId();
  const queries = useQueryClient();
  const failure = useQuery(collectionQuery(customerId, invoice)).data?.failure ?? null;
  const open = usePaymentPage(customerId);
  const charge = useMutation({
    mutationFn: () =>
      api(customerPath(customerId, `/invoices/${encodeURIComponent(invoice.id)}/charge`), {
        method: 'POST',
      }),
    onSuccess: () => toast.done(t('Paid')),
    onSettled: () =>
      queries.invalidateQueries({ queryKey: ['portal', customerId, 'invoice', invoice.id] }),
  });
  const error = charge.error ?? open.error;
  return (
    <div className="mb-5 flex flex-col gap-3">
      {failure !== null && (
        <p role="status" className="rounded-md bg-warn-soft px-3 py-2 text-warn wrap-anywhere">
          {t('The last try to charge you failed: {why}', { why: failure })}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {collector.card !== null && (
          <Button tone="primary" busy={charge.isPending} onClick={() => charge.mutate()}>
            {t('Pay now')}
          </Button>
        )}
        <Button
          tone={collector.card === null ? 'primary' : 'plain'}
          busy={open.isPending}
          onClick={() => open.mutate({ page: 'invoice', invoice_id: invoice.id })}
        >
          {t('Pay on Stripe’s page')}
        </Button>
      </div>
      {error !== null && <FormProblem error={error} />}
    </div>
  );
}
