import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Check } from 'lucide-react';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import type { RequestsLive } from '@tollgate/billing-core/contract/request-log.ts';
import { Button } from '../kit/button.tsx';
import { CreateKeyDialog } from '../kit/keys/create-key.tsx';
import { keyMask } from '../kit/keys/key-table.tsx';
import { Link, useUrlState } from '../kit/link.tsx';
import { useLive } from '../kit/live.ts';
import { LiveBadge } from '../kit/live-badge.tsx';
import { PageHeader } from '../kit/page.tsx';
import { usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t, tn } from '../kit/text.ts';
import { useRole } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath, overviewQuery, useKeyLimits } from './queries.ts';
import { RequestToCopy } from './start-request.tsx';
import { useFresh, Waiting } from './start-waiting.tsx';

/** From a key to the first answer: what to copy, and whether it arrived. */
export function StartPage() {
  const customerId = useCustomerId();
  const overview = useQuery(overviewQuery(customerId));
  const live = useLive<RequestsLive>(customerPath(customerId, '/requests/live'), 'requests');
  const fresh = useFresh(live);
  const keys = usePages<ApiKey>({
    key: ['portal', customerId, 'keys'],
    path: customerPath(customerId, '/keys'),
    query: { state: 'active' },
  });
  const hasKey = keys.data !== undefined && keys.data.length > 0;
  return (
    <>
      <PageHeader
        title={t('Get started')}
        about={t('A key, a request, and its answer: three steps, this page watches the last.')}
      />
      <ol className="flex flex-col gap-5">
        <Step number={1} title={t('Have a key')} done={hasKey}>
          <Loaded query={keys} skeleton={<FactsSkeleton facts={1} />}>
            {(rows) => <YourKey keys={rows} />}
          </Loaded>
        </Step>
        <Step number={2} title={t('Send a request')} done={fresh.some(isWell)}>
          <Loaded query={overview} skeleton={<FactsSkeleton facts={2} />}>
            {(known: Overview) => <RequestToCopy overview={known} />}
          </Loaded>
        </Step>
        <Step
          number={3}
          title={t('See it arrive')}
          done={fresh.some(isWell)}
          corner={<LiveBadge live={live} />}
        >
          <Waiting live={live} fresh={fresh} customerId={customerId} />
        </Step>
      </ol>
    </>
  );
}

const isWell = ({ status, reason }: RequestsLive['requests'][number]): boolean =>
  reason === null && status !== null && status < 400;

interface StepProps {
  number: number;
  title: string;
  done: boolean;
  corner?: ReactNode;
  children: ReactNode;
}

function Step({ number, title, done, corner, children }: StepProps) {
  return (
    <li className="min-w-0 rounded-lg border border-line bg-surface px-4 py-4 shadow-xs sm:px-5">
      <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1">
        <span
          className={clsx(
            'grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold',
            done ? 'bg-ok-soft text-ok' : 'bg-sunken text-ink-soft',
          )}
        >
          {done ? <Check className="size-3.5" aria-hidden /> : <span aria-hidden>{number}</span>}
        </span>
        <h2 className="min-w-0 flex-1 font-semibold">
          {title}
          {done && <span className="sr-only"> {t('(done)')}</span>}
        </h2>
        {corner}
      </div>
      <div className="sm:pl-9">{children}</div>
    </li>
  );
}

/** The keys that are there, or the way to the first one. */
function YourKey({ keys }: { keys: readonly ApiKey[] }) {
  const customerId = useCustomerId();
  const role = useRole(customerId);
  const may = role === 'owner' || role === 'developer';
  const [search, merge] = useUrlState();
  const limits = useKeyLimits(customerId);
  const queries = useQueryClient();
  const [first] = keys;
  return (
    <>
      {first === undefined ? (
        <p className="mb-3 text-ink-soft">
          {may
            ? t('A key says who calls. You see it once: put it where your program runs.')
            : t('An owner or a developer of this customer can create one.')}
        </p>
      ) : (
        <p className="wrap-anywhere">
          {tn(keys.length, { one: 'You have {count} key:', other: 'You have {count} keys:' })}{' '}
          {first.name} <code className="font-mono text-xs">{keyMask(first)}</code>{' '}
          <Link href={paths.keys(customerId)} className="text-accent underline underline-offset-2">
            {t('All keys')}
          </Link>
        </p>
      )}
      {may && (
        <Button
          className={clsx(first !== undefined && 'mt-3')}
          tone={first === undefined ? 'primary' : 'plain'}
          onClick={() => merge({ create: 'true' })}
        >
          {first === undefined ? t('Create your first key') : t('Create another key')}
        </Button>
      )}
      <CreateKeyDialog
        open={search['create'] === 'true' && may}
        path={customerPath(customerId, '/keys')}
        limits={limits}
        onClose={() => merge({ create: undefined })}
        onCreated={() =>
          void queries.invalidateQueries({ queryKey: ['portal', customerId, 'keys'] })
        }
      />
    </>
  );
}
