import { useParams } from '@tanstack/react-router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { intervalInWords } from '../kit/interval-words.ts';
import { useGo, useUrlState } from '../kit/link.tsx';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { entitlementInWords, priceInWords, raiseInWords } from '../kit/price-words.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { formatMoney } from '../kit/format.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { ApiError } from '../kit/api-error.ts';
import { OwnNote } from './own-terms.tsx';
import { meterChoices, planQuery, versionQuery } from './queries.ts';
import { VersionState } from './states.tsx';
import { VersionDiff } from './version-diff.tsx';
import { VersionForm } from './version-form.tsx';
import { VersionSubscriptions } from './version-subscriptions.tsx';
import type { VersionBody } from './version-values.ts';

/** Writes a new draft, beginning from the newest version. */
export function NewVersionPage() {
  const { planId = '' } = useParams({ strict: false });
  const [{ customer = null, from }] = useUrlState();
  const base = useQuery({ ...versionQuery(from ?? ''), enabled: from !== undefined });
  const go = useGo();
  const queries = useQueryClient();
  async function create(values: VersionBody, idempotencyKey: string): Promise<void> {
    const path = `/v1/plans/${planId}/versions`;
    const body = { ...values, customer_id: customer };
    const made = await api<PlanVersion>(path, { method: 'POST', body, idempotencyKey });
    await queries.invalidateQueries({ queryKey: ['admin'] });
    go(paths.adminPlanVersion(planId, made.id), { replace: true });
  }
  return (
    <Frame
      planId={planId}
      title={() => (customer === null ? t('New version') : t('New own terms'))}
      isAwaited={from !== undefined && base.isPending}
    >
      {(plan, meters) => (
        <>
          <OwnNote customerId={customer} />
          {base.isError ? (
            // Not from other terms than were asked for.
            <ErrorPanel error={base.error} onRetry={() => void base.refetch()} />
          ) : (
            <VersionForm
              kind={plan.kind}
              from={base.data ?? plan.versions.toSorted((a, b) => b.number - a.number)[0]}
              meters={meters}
              saveLabel={t('Save draft')}
              cancelHref={
                customer === null
                  ? paths.adminPlan(planId)
                  : paths.adminCustomer(customer, { tab: 'subscription' })
              }
              onSave={create}
            />
          )}
        </>
      )}
    </Frame>
  );
}

/** A draft to edit and publish, or a published version to read. */
export function VersionPage() {
  const { planId = '', versionId = '' } = useParams({ strict: false });
  const queries = useQueryClient();
  const plan = useQuery(planQuery(planId));
  const listed = plan.data?.versions.find((version) => version.id === versionId);
  // What is one customer's own is not among those of the plan.
  const isOwn = plan.data !== undefined && listed === undefined;
  const own = useQuery({ ...versionQuery(versionId), enabled: isOwn });
  const version = listed ?? own.data;
  async function save(body: VersionBody): Promise<void> {
    await api(`/v1/plan-versions/${versionId}`, { method: 'PUT', body });
    await queries.invalidateQueries({ queryKey: ['admin'] });
    toast.done(t('Draft saved'));
  }
  return (
    <Frame
      planId={planId}
      title={({ name }) => t('{name}, version {number}', { name, number: version?.number ?? '?' })}
      actions={(known) => version && <Steps plan={known} version={version} />}
      isAwaited={isOwn && own.isPending}
    >
      {(known, meters) => {
        if (version === undefined) return <ErrorPanel error={own.error ?? missing()} />;
        const before = earlier(known, version);
        return (
          <div className="flex flex-col gap-5">
            <OwnNote customerId={version.customer_id} />
            {before && <VersionDiff version={version} from={before} meters={meters} />}
            {version.state === 'draft' ? (
              <VersionForm
                key={version.id}
                kind={version.kind}
                from={version}
                meters={meters}
                saveLabel={t('Save draft')}
                cancelHref={paths.adminPlan(planId)}
                onSave={save}
              />
            ) : (
              <>
                <Terms version={version} meters={meters} />
                <VersionSubscriptions plan={known} version={version} />
              </>
            )}
          </div>
        );
      }}
    </Frame>
  );
}

/** @returns the version before this one. */
function earlier(plan: Plan, { number }: PlanVersion): PlanVersion | undefined {
  return plan.versions
    .filter((one) => one.number < number)
    .toSorted((a, b) => b.number - a.number)[0];
}

function missing(): ApiError {
  return new ApiError({ status: 404, code: 'not_found', title: t('Not found') });
}

interface FrameProps {
  planId: string;
  /** Whether the page waits for something else. */
  isAwaited?: boolean;
  title: (plan: Plan) => string;
  actions?: (plan: Plan) => React.ReactNode;
  children: (plan: Plan, meters: Meter[]) => React.ReactNode;
}

function Frame({ planId, isAwaited = false, title, actions, children }: FrameProps) {
  const plan = useQuery(planQuery(planId));
  const meters = useQuery(meterChoices);
  const name = plan.data?.name ?? t('Plan');
  return (
    <>
      <PageHeader
        title={plan.data === undefined ? t('Plan version') : title(plan.data)}
        back={{ href: paths.adminPlan(planId), label: name }}
        actions={plan.data && actions?.(plan.data)}
      />
      <Loaded
        query={plan}
        skeleton={
          <Card>
            <FactsSkeleton />
          </Card>
        }
      >
        {(known) => (
          <Loaded
            query={meters}
            skeleton={
              <Card>
                <FactsSkeleton />
              </Card>
            }
          >
            {(page) => (isAwaited ? <FactsSkeleton /> : children(known, page.data))}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}

function Steps({ plan, version }: { plan: Plan; version: PlanVersion }) {
  const [asking, setAsking] = useState<'publish' | 'archive'>();
  const queries = useQueryClient();
  const values = { name: plan.name, number: version.number };
  async function run(step: 'publish' | 'archive'): Promise<void> {
    await api(`/v1/plan-versions/${version.id}/${step}`, { method: 'POST' });
    await queries.invalidateQueries({ queryKey: ['admin'] });
    toast.done(step === 'publish' ? t('Version published') : t('Version archived'));
  }
  return (
    <>
      <VersionState state={version.state} />
      {version.state === 'published' && (
        <Button onClick={() => setAsking('archive')}>{t('Archive…')}</Button>
      )}
      {version.state === 'draft' && (
        <Button tone="primary" onClick={() => setAsking('publish')}>
          {t('Publish…')}
        </Button>
      )}
      <ConfirmDialog
        open={asking === 'publish'}
        onClose={() => setAsking(undefined)}
        onConfirm={() => run('publish')}
        title={t('Publish {name}, version {number}?', values)}
        confirmLabel={t('Publish version')}
        consequence={
          <>
            <p>{t('It can’t be changed afterwards: a change needs a new version.')}</p>
            <p className="mt-2">
              {t('The saved draft is published, without edits that are not saved yet.')}{' '}
              {t('Subscriptions stay where they are.')}
            </p>
          </>
        }
      />
      <ConfirmDialog
        open={asking === 'archive'}
        onClose={() => setAsking(undefined)}
        onConfirm={() => run('archive')}
        danger
        title={t('Archive {name}, version {number}?', values)}
        confirmLabel={t('Archive version')}
        consequence={t('Nobody can subscribe to it any more. Existing subscriptions keep it.')}
      />
    </>
  );
}

function Terms({ version, meters }: { version: PlanVersion; meters: Meter[] }) {
  return (
    <div className="grid items-start gap-5 lg:grid-cols-2">
      <Card title={t('Prices')}>
        <ul className="flex flex-col gap-1.5">
          {version.prices.map((price) => (
            <li key={price.id}>{priceInWords(price, version.currency, meters)}</li>
          ))}
          {version.prices.length === 0 && <li>{t('Free of charge')}</li>}
        </ul>
      </Card>
      <Card title={t('Entitlements')}>
        <ul className="flex flex-col gap-1.5">
          {version.entitlements.map((one) => (
            <li key={one.id}>
              {(version.kind === 'add_on' && raiseInWords(one, meters)) ||
                entitlementInWords(one, meters)}
            </li>
          ))}
          {version.entitlements.length === 0 && <li>{t('No limits')}</li>}
        </ul>
      </Card>
      <Card title={t('Facts')} className="lg:col-span-2">
        <Facts
          facts={[
            { name: t('Currency'), value: version.currency },
            {
              name: t('Proration'),
              value: version.proration === 'day' ? t('By the day') : t('By the second'),
            },
            { name: t('Billing period'), value: intervalInWords(version.interval_months) },
            ...(version.threshold_amount === null
              ? []
              : [
                  {
                    name: t('Bills usage early at'),
                    value: formatMoney(version.threshold_amount, version.currency),
                  },
                ]),
            { name: t('Trial'), value: t('{days} days', { days: version.trial_days }) },
            {
              name: t('Published'),
              value:
                version.published_at === null ? t('never') : <Instant iso={version.published_at} />,
            },
          ]}
        />
      </Card>
    </div>
  );
}
