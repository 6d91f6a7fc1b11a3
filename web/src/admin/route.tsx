import { useParams } from '@tanstack/react-router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { useGo } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { routeQuery } from './queries.ts';
import { CertificateCard } from './route-certificates.tsx';
import { ValueFaultsCard } from './route-faults.tsx';
import { RouteHealthCard } from './route-health.tsx';
import { RouteForm } from './route-form.tsx';

const BACK = { href: paths.adminRoutes, label: t('Routes') };

export function NewRoutePage() {
  const go = useGo();
  const queries = useQueryClient();
  async function create(body: unknown, idempotencyKey: string): Promise<void> {
    const made = await api<Route>('/v1/routes', { method: 'POST', body, idempotencyKey });
    await queries.invalidateQueries({ queryKey: ['admin'] });
    toast.done(t('Route created'), { description: t('Gateways use it within a second.') });
    go(paths.adminRoute(made.id), { replace: true });
  }
  return (
    <>
      <PageHeader title={t('New route')} back={BACK} />
      <RouteForm route={undefined} saveLabel={t('Create route')} onSave={create} />
    </>
  );
}

export function RoutePage() {
  const { routeId = '' } = useParams({ strict: false });
  const queries = useQueryClient();
  const route = useQuery(routeQuery(routeId));
  async function patch(body: unknown): Promise<void> {
    await api(`/v1/routes/${routeId}`, { method: 'PATCH', body });
    await queries.invalidateQueries({ queryKey: ['admin'] });
  }
  async function save(body: unknown): Promise<void> {
    await patch(body);
    toast.done(t('Route saved'), { description: t('Gateways use it within a second.') });
  }
  return (
    <>
      <PageHeader
        title={route.data?.name ?? t('Route')}
        back={BACK}
        actions={route.data && <State route={route.data} onPatch={patch} />}
      />
      <Loaded
        query={route}
        skeleton={
          <Card>
            <FactsSkeleton facts={6} />
          </Card>
        }
      >
        {(known) => (
          <>
            <CertificateCard route={known} />
            <RouteHealthCard route={known} />
            <ValueFaultsCard routeId={known.id} />
            <RouteForm key={known.id} route={known} saveLabel={t('Save route')} onSave={save} />
          </>
        )}
      </Loaded>
    </>
  );
}

interface StateProps {
  route: Route;
  onPatch: (body: { state: Route['state'] }) => Promise<void>;
}

function State({ route, onPatch }: StateProps) {
  const [asking, setAsking] = useState(false);
  const active = route.state === 'active';
  const named = { name: route.name };
  async function toggle(): Promise<void> {
    await onPatch({ state: active ? 'disabled' : 'active' });
    toast.done(active ? t('Route disabled') : t('Route enabled'), { description: route.name });
  }
  return (
    <>
      <Badge tone={active ? 'ok' : 'neutral'}>{active ? t('Active') : t('Disabled')}</Badge>
      <Button onClick={() => setAsking(true)}>{active ? t('Disable…') : t('Enable…')}</Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={toggle}
        danger={active}
        title={active ? t('Disable “{name}”?', named) : t('Enable “{name}”?', named)}
        confirmLabel={active ? t('Disable route') : t('Enable route')}
        consequence={
          active
            ? t('Its requests get 404 within a second, for every customer. Nothing is billed.')
            : t('Gateways serve and meter it again within a second.')
        }
      />
    </>
  );
}
