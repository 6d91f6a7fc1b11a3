import type { ReactNode } from 'react';
import type { StripeState } from '@tollgate/billing-core/contract/stripe.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { CopyButton } from '../kit/copy.tsx';
import { formatInstant, formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card, Facts } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { Ago, Instant } from '../kit/time.tsx';

type Mode = NonNullable<StripeState['mode']>;

const MODES: Record<Mode, { tone: BadgeTone; label: string }> = {
  live: { tone: 'ok', label: t('Live') },
  test: { tone: 'warn', label: t('Test mode: no money moves') },
  local: { tone: 'warn', label: t('A local Stripe: no money moves') },
};

export function StripeModeBadge({ mode }: { mode: Mode }) {
  return <Badge tone={MODES[mode].tone}>{MODES[mode].label}</Badge>;
}

const LINK = 'text-accent underline-offset-4 hover:underline';

/** Whether the way to Stripe and back works just now. */
export function StripeNow({ state }: { state: StripeState }) {
  return (
    <div className="flex flex-col gap-5">
      {state.key_refused && <KeyRefused refused={state.key_refused} />}
      <Card title={t('To Stripe')}>
        <Facts facts={toStripe(state)} />
      </Card>
      <Card title={t('From Stripe')}>
        <Facts facts={fromStripe(state)} />
      </Card>
    </div>
  );
}

/** Plainly: nothing is collected until somebody does something. */
function KeyRefused({ refused }: { refused: NonNullable<StripeState['key_refused']> }) {
  const { status, since, tries, operation } = refused;
  const facts = { since: formatInstant(since), tries: formatNumber(tries), operation };
  return (
    <section role="alert" className="rounded-lg bg-danger-soft px-4 py-3 text-danger sm:px-5">
      <h2 className="font-semibold">
        {status === 401 ? t('Stripe does not know the key') : t('The key may not do all it has to')}
      </h2>
      <p className="mt-1 wrap-anywhere">
        {status === 401
          ? t(
              'It was revoked or rolled, or belongs to another account. Stripe has refused it ' +
                '{tries} times since {since}. Nothing is collected until STRIPE_SECRET_KEY is a ' +
                'key that Stripe knows; nothing is lost meanwhile.',
              facts,
            )
          : t(
              'Since {since} Stripe has refused {operation} {tries} times: a restricted key must ' +
                'have that permission. It is tried again by itself; nothing is lost meanwhile.',
              facts,
            )}
      </p>
    </section>
  );
}

/** How many wait, and a way to them. */
function Count({ n, bad, href }: { n: number; bad: boolean; href: string }) {
  if (n === 0) return <>{t('none')}</>;
  return (
    <Link href={href} className={LINK}>
      {bad ? <Badge tone="danger">{formatNumber(n)}</Badge> : formatNumber(n)}
    </Link>
  );
}

function toStripe({ queue, api_version, api_base, began_at }: StripeState) {
  const href = paths.adminStripe({ tab: 'queue' });
  return [
    { name: t('Customers waiting'), value: <Count n={queue.waiting} bad={false} href={href} /> },
    { name: t('Customers stuck'), value: <Count n={queue.stuck} bad href={href} /> },
    {
      name: t('Waiting longest'),
      value: queue.oldest_since === null ? t('nobody') : <Ago iso={queue.oldest_since} />,
    },
    { name: t('API version'), value: <code className="font-mono text-xs">{api_version}</code> },
    ...(api_base === null ? [] : [{ name: t('Address'), value: api_base }]),
    {
      name: t('Told of invoices since'),
      value: began_at === null ? t('not yet') : <Instant iso={began_at} />,
    },
  ];
}

const SECRETS: readonly string[] = [
  t('None: Stripe is asked for its events every 5 s'),
  t('One'),
  t('Two: one is being rolled'),
];

function fromStripe({ webhook, events, catch_up }: StripeState) {
  const ago = (iso: string | null, none: string): ReactNode =>
    iso === null ? none : <Ago iso={iso} />;
  const failed = paths.adminStripe({ tab: 'events', state: 'failed' });
  const waiting = paths.adminStripe({ tab: 'events', state: 'waiting' });
  return [
    { name: t('Events waiting'), value: <Count n={events.waiting} bad={false} href={waiting} /> },
    { name: t('Events that failed'), value: <Count n={events.failed} bad href={failed} /> },
    { name: t('Webhook secrets'), value: SECRETS[webhook.secrets] },
    {
      name: t('Endpoint to set at Stripe'),
      value: (
        <span className="flex items-center gap-1">
          <code className="min-w-0 font-mono text-xs break-all">{webhook.url}</code>
          <CopyButton text={webhook.url} label={t('Copy the endpoint')} />
        </span>
      ),
    },
    { name: t('Last delivery'), value: ago(webhook.last_received_at, t('none yet')) },
    {
      name: t('Last delivery that was refused'),
      value: ago(webhook.last_refused_at, t('none')),
    },
    { name: t('Last asked for events'), value: ago(catch_up.last_at, t('not yet')) },
    { name: t('All events are here until'), value: ago(catch_up.until, t('not yet')) },
  ];
}
