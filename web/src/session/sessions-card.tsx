import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { OwnSession } from '@tollgate/billing-core/contract/own-session.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatDate } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { browserName } from './browser-name.ts';

const PATH = '/portal/v1/me/sessions';

const sessionsQuery = queryOptions({
  queryKey: ['me', 'sessions'],
  queryFn: ({ signal }) => api<{ data: OwnSession[] }>(PATH, { signal }),
});

/** Where the signed-in person is signed in, and the end of that. */
export function SessionsCard() {
  const queries = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (path: string) => api(`${PATH}/${path}`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
  const others = (sessions.data?.data.length ?? 0) > 1;
  return (
    <Card
      title={t('Where you are signed in')}
      about={t('What you do not know: sign it out, and change your password.')}
      actions={
        others && (
          <Button size="sm" busy={end.isPending} onClick={() => end.mutate('end-others')}>
            {t('Sign out everywhere else')}
          </Button>
        )
      }
      flush
    >
      {end.isError && (
        <div className="px-4 pb-3 sm:px-5">
          <FormProblem error={end.error} />
        </div>
      )}
      <Loaded query={sessions} skeleton={<TableSkeleton rows={2} />}>
        {({ data }) => (
          <ul className="-mt-3 divide-y divide-line">
            {data.map((session) => (
              <Row
                key={session.id}
                session={session}
                busy={end.isPending}
                onEnd={() => end.mutate(`${session.id}/end`)}
              />
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

interface RowProps {
  session: OwnSession;
  busy: boolean;
  onEnd: () => void;
}

function Row({ session, busy, onEnd }: RowProps) {
  const { current, address, user_agent: agent, created_at, seen_at } = session;
  const name = browserName(agent) ?? t('Unknown browser');
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium wrap-anywhere">
          <span title={agent ?? undefined}>{name}</span>
          {current && <Badge tone="ok">{t('This browser')}</Badge>}
        </p>
        <p className="text-[0.8125rem] wrap-anywhere text-ink-soft">
          {address !== null && <span className="figures">{address} · </span>}
          {t('signed in')} <Instant iso={created_at} /> ·{' '}
          {t('last seen {day}', { day: formatDate(seen_at) })}
        </p>
      </div>
      {!current && (
        <Button
          size="sm"
          tone="quiet"
          busy={busy}
          aria-label={t('Sign out {browser}', { browser: name })}
          onClick={onEnd}
        >
          {t('Sign out')}
        </Button>
      )}
    </li>
  );
}
