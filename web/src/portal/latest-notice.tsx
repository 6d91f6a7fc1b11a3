import { useQuery } from '@tanstack/react-query';
import { Bell } from 'lucide-react';
import { Link } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { Ago } from '../kit/time.tsx';
import { unreadQuery } from './queries.ts';

/** The newest notice that nobody read yet: what was warned of is seen where one looks first. */
export function LatestNotice({ customerId }: { customerId: string }) {
  const { data } = useQuery(unreadQuery(customerId));
  const [notice] = data?.data ?? [];
  if (data === undefined || notice === undefined || notice.read) return null;
  return (
    <section
      aria-label={t('Notices')}
      className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line bg-surface px-4 py-3 shadow-xs sm:px-5"
    >
      <Bell aria-hidden className="size-4 shrink-0 text-accent" />
      <p className="min-w-0 flex-1 basis-56 wrap-anywhere">
        <span className="font-medium">{notice.title}</span>{' '}
        <span className="text-[0.8125rem] text-ink-soft">
          <Ago iso={notice.at} />
        </span>
      </p>
      <Link href={paths.notices(customerId)} className="text-accent underline underline-offset-2">
        {data.unread > 1
          ? t('All {count} new notices', { count: data.unread })
          : t('To the notices')}
      </Link>
    </section>
  );
}
