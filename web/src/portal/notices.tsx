import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Bell } from 'lucide-react';
import type { PortalNotice } from '@tollgate/billing-core/contract/notice.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { Link } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { useCustomerId } from './layout.tsx';
import { NoticeSettingsCard } from './notice-settings.tsx';
import { customerPath, unreadQuery } from './queries.ts';

const REFRESH_MS = 15_000;

/** What the customer was told, and where e-mails of it go. */
export function NoticesPage() {
  const customerId = useCustomerId();
  const notices = usePages<PortalNotice>({
    key: ['portal', customerId, 'notices'],
    path: customerPath(customerId, '/notices'),
    everyMs: REFRESH_MS,
  });
  const mark = useMarking(customerId);
  const unread = useQuery(unreadQuery(customerId)).data?.unread ?? 0;
  return (
    <>
      <PageHeader
        title={t('Notices')}
        actions={
          unread > 0 && (
            <Button busy={mark.isPending} onClick={() => mark.mutate('/notices/read')}>
              {t('Mark all read')}
            </Button>
          )
        }
      />
      {mark.isError && <FormProblem error={mark.error} />}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Card flush>
          <Loaded query={notices} skeleton={<TableSkeleton />}>
            {(rows) =>
              rows.length === 0 ? (
                <FirstUse
                  icon={<Bell aria-hidden />}
                  title={t('Nothing to tell')}
                  about={t('You are told when a quota is nearly used up, or a trial ends.')}
                />
              ) : (
                <ul className="-mt-3 divide-y divide-line">
                  {rows.map((row) => (
                    <Item
                      key={row.id}
                      notice={row}
                      onRead={() => mark.mutate(`/notices/${row.id}/read`)}
                    />
                  ))}
                </ul>
              )
            }
          </Loaded>
          <LoadMore more={notices.more} />
        </Card>
        <NoticeSettingsCard />
      </div>
    </>
  );
}

function useMarking(customerId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (path: string) => api(customerPath(customerId, path), { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['portal', customerId, 'notices'] }),
  });
}

function Item({ notice, onRead }: { notice: PortalNotice; onRead: () => void }) {
  const customerId = useCustomerId();
  const { title, body, at, path, read } = notice;
  return (
    <li className="flex flex-col gap-1 px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h2 className={clsx('min-w-0 wrap-anywhere', !read && 'font-semibold')}>{title}</h2>
        {!read && <Badge tone="accent">{t('New')}</Badge>}
      </div>
      <p className="whitespace-pre-line text-ink-soft wrap-anywhere">{body}</p>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem] text-ink-soft">
        <Instant iso={at} />
        {path !== '' && (
          <Link
            href={`${paths.overview(customerId)}${path}`}
            className="text-accent underline-offset-2 hover:underline"
            onClick={read ? undefined : onRead}
          >
            {t('More of it')}
          </Link>
        )}
        {!read && (
          <Button
            tone="quiet"
            size="sm"
            onClick={onRead}
            aria-label={t('Mark read: {title}', { title })}
          >
            {t('Mark read')}
          </Button>
        )}
      </div>
    </li>
  );
}
