import { Plus, Waypoints } from 'lucide-react';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { Badge } from '../kit/badge.tsx';
import { ButtonLink } from '../kit/button.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { Link } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { CertificateBadge } from './route-certificates.tsx';

const COLUMNS: readonly Column<Route>[] = [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: (route) => route.name,
    cell: (route) => (
      <Link
        href={paths.adminRoute(route.id)}
        className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
      >
        {route.name}
      </Link>
    ),
  },
  {
    id: 'match',
    header: t('Matches'),
    written: matchInWords,
    cell: (route) => <code className="font-mono text-xs">{matchInWords(route)}</code>,
  },
  {
    id: 'upstream',
    header: t('Upstream'),
    written: (route) => route.upstream_url,
    cell: (route) => <code className="font-mono text-xs">{route.upstream_url}</code>,
  },
  {
    id: 'access',
    header: t('Access'),
    cell: accessInWords,
  },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: (route) => (
      <span className="inline-flex flex-wrap gap-1">
        <State route={route} />
        <CertificateBadge route={route} />
      </span>
    ),
  },
];

function State({ route }: { route: Route }) {
  if (route.state !== 'active') return <Badge>{t('Disabled')}</Badge>;
  if (route.maintenance) return <Badge tone="warn">{t('Maintenance')}</Badge>;
  return <Badge tone="ok">{t('Active')}</Badge>;
}

function accessInWords({ public: isPublic, jwt }: Route): string {
  if (isPublic) return t('Public');
  return jwt ? t('With a key or a token') : t('With a key');
}

function matchInWords({ methods, host, path_pattern }: Route): string {
  const verbs = methods.includes('*') ? '' : `${methods.join(' ')} `;
  return `${verbs}${host === '*' ? '' : host}${path_pattern}`;
}

export function RoutesPage() {
  const routes = usePages<Route>({ key: ['admin', 'routes'], path: '/v1/routes' });
  return (
    <>
      <PageHeader
        title={t('Routes')}
        about={t('Which requests go to which upstream, and what they cost in units.')}
        actions={
          <>
            <ButtonLink href={paths.adminRouteTrial()}>{t('Test a path')}</ButtonLink>
            <ButtonLink href={paths.adminApiDocument}>{t('API document')}</ButtonLink>
            <ButtonLink href={paths.adminSecrets}>{t('Secrets')}</ButtonLink>
            <ButtonLink tone="primary" href={paths.adminRouteNew}>
              <Plus aria-hidden />
              {t('Create route')}
            </ButtonLink>
          </>
        }
      />
      <Card flush>
        <Loaded query={routes} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <FirstUse
                icon={<Waypoints aria-hidden />}
                title={t('No routes yet')}
                about={t('Without a route the gateway answers 404 to everything.')}
                action={
                  <ButtonLink tone="primary" href={paths.adminRouteNew}>
                    {t('Create the first route')}
                  </ButtonLink>
                }
              />
            ) : (
              <Table label={t('Routes')} rows={rows} columns={COLUMNS} rowId={(row) => row.id} />
            )
          }
        </Loaded>
        <LoadMore more={routes.more} />
      </Card>
    </>
  );
}
