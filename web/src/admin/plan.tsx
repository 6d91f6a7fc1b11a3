import { useParams } from '@tanstack/react-router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Layers, Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { Badge } from '../kit/badge.tsx';
import { Button, ButtonLink } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { Link } from '../kit/link.tsx';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { priceInWords } from '../kit/price-words.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { OfferButton } from './plan-offer.tsx';
import { planQuery, useMeters } from './queries.ts';
import { UnpaidButton, unpaidInWords } from './plan-unpaid.tsx';
import { VersionState } from './states.tsx';

/** A plan and its versions. */
export function PlanPage() {
  const { planId = '' } = useParams({ strict: false });
  const plan = useQuery(planQuery(planId));
  return (
    <>
      <PageHeader
        title={plan.data?.name ?? t('Plan')}
        about={plan.data?.description ?? undefined}
        back={{ href: paths.adminPlans(), label: t('Plans') }}
        actions={
          <ButtonLink tone="primary" href={paths.adminPlanNewVersion(planId)}>
            <Plus aria-hidden />
            {t('New version')}
          </ButtonLink>
        }
      />
      <Loaded
        query={plan}
        skeleton={
          <Card title={t('Facts')}>
            <FactsSkeleton />
          </Card>
        }
      >
        {(known) => (
          <div className="flex flex-col gap-5">
            <PlanFacts plan={known} />
            <Versions plan={known} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function PlanFacts({ plan }: { plan: Plan }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  async function makeDefault(): Promise<void> {
    await api(`/v1/plans/${plan.id}`, { method: 'PATCH', body: { self_serve_default: true } });
    await queries.invalidateQueries({ queryKey: ['admin'] });
  }
  return (
    <Card
      title={t('Facts')}
      actions={
        <>
          {plan.kind === 'plan' && <OfferButton plan={plan} />}
          <UnpaidButton plan={plan} />
          {!plan.self_serve_default && (
            <Button size="sm" onClick={() => setAsking(true)}>
              {t('Make it the self-serve default…')}
            </Button>
          )}
        </>
      }
    >
      <Facts
        facts={[
          { name: t('Slug'), value: <code className="font-mono text-xs">{plan.slug}</code> },
          {
            name: t('Self-serve'),
            value: plan.self_serve_default ? (
              <Badge tone="accent">{t('Default for new customers')}</Badge>
            ) : plan.self_serve ? (
              t('On offer in the portal')
            ) : (
              t('No')
            ),
          },
          { name: t('Customers may pause it'), value: plan.pausable ? t('Yes') : t('No') },
          { name: t('When nobody pays'), value: unpaidInWords(plan) },
          { name: t('Created'), value: <Instant iso={plan.created_at} /> },
        ]}
      />
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={makeDefault}
        title={t('Make “{name}” the self-serve default?', { name: plan.name })}
        confirmLabel={t('Make it the default')}
        consequence={
          <>
            <p>
              {t('Customers that sign up by themselves start on its newest published version.')}
            </p>
            <p className="mt-2">{t('Existing subscriptions stay as they are.')}</p>
          </>
        }
      />
    </Card>
  );
}

function Versions({ plan }: { plan: Plan }) {
  const versions = plan.versions.toSorted((a, b) => b.number - a.number);
  if (versions.length === 0) {
    return (
      <Card title={t('Versions')}>
        <FirstUse
          icon={<Layers aria-hidden />}
          title={t('No version yet')}
          about={t('A version holds prices and entitlements. Customers subscribe to one.')}
          action={
            <ButtonLink tone="primary" href={paths.adminPlanNewVersion(plan.id)}>
              {t('Write the first version')}
            </ButtonLink>
          }
        />
      </Card>
    );
  }
  return (
    <Card title={t('Versions')} flush>
      <ul className="divide-y divide-line border-t border-line">
        {versions.map((version) => (
          <Version key={version.id} plan={plan} version={version} />
        ))}
      </ul>
    </Card>
  );
}

function Version({ plan, version }: { plan: Plan; version: PlanVersion }) {
  const meters = useMeters();
  const prices = version.prices.map((price) => priceInWords(price, version.currency, meters));
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 sm:px-5">
      <Link
        href={paths.adminPlanVersion(plan.id, version.id)}
        className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
      >
        {t('Version {number}', { number: version.number })}
      </Link>
      <VersionState state={version.state} />
      <span className="min-w-0 flex-1 basis-56 wrap-anywhere text-ink-soft">
        {prices.length === 0 ? t('Free of charge') : prices.join(' + ')}
      </span>
      {version.published_at !== null && (
        <span className="text-[0.8125rem] text-ink-soft">
          {t('published')} <Instant iso={version.published_at} />
        </span>
      )}
    </li>
  );
}
