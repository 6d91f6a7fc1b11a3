import { CircleCheck, CircleX } from 'lucide-react';
import { clsx } from 'clsx';
import { useState, type ReactNode } from 'react';
import type { RequestRecord, RequestsLive } from '@tollgate/billing-core/contract/request-log.ts';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { Link } from '../kit/link.tsx';
import type { Live } from '../kit/live.ts';
import { paths } from '../kit/paths.ts';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Ago } from '../kit/time.tsx';
import { causeOf, durationInWords, unitsInWords } from './request-words.ts';

/** @returns the requests that came since the page was opened, newest first. */
export function useFresh(live: Live<RequestsLive>): RequestRecord[] {
  const [since, setSince] = useState<string>();
  const requests = live.data?.requests;
  const newest = requests && (requests[0]?.number ?? '0');
  if (since === undefined && newest !== undefined) setSince(newest);
  if (since === undefined || requests === undefined) return [];
  return requests.filter(({ number }) => BigInt(number) > BigInt(since));
}

interface WaitingProps {
  live: Live<RequestsLive>;
  fresh: readonly RequestRecord[];
  customerId: string;
}

/** Waits for a request of the customer; shows it when it came, and why if it was refused. */
export function Waiting({ live, fresh, customerId }: WaitingProps) {
  if (live.data === undefined) {
    return live.error === undefined ? (
      <FactsSkeleton facts={1} />
    ) : (
      <ErrorPanel error={live.error} onRetry={live.retry} />
    );
  }
  const [seen] = fresh;
  const [last] = live.data.requests;
  return (
    <div role="status" className="flex flex-col gap-2">
      {seen === undefined ? <StillWaiting last={last} /> : <Seen seen={seen} />}
      {(seen ?? last) !== undefined && (
        <p className="text-[0.8125rem]">
          <Link href={paths.logs(customerId)} className="text-accent underline underline-offset-2">
            {t('All requests')}
          </Link>
        </p>
      )}
    </div>
  );
}

function StillWaiting({ last }: { last: RequestRecord | undefined }) {
  return (
    <>
      <p className="flex items-center gap-2.5 font-medium">
        <span aria-hidden className="size-2.5 animate-pulse rounded-full bg-accent" />
        {last === undefined ? t('Waiting for your first request…') : t('Waiting for the next…')}
      </p>
      <p className="text-[0.8125rem] text-ink-soft text-pretty">
        {last === undefined ? (
          t('One without a key cannot be told to be yours: it is answered 401 and not shown here.')
        ) : (
          <>
            {t('The last one was {what}', { what: inShort(last) })}, <Ago iso={last.at} />
          </>
        )}
      </p>
    </>
  );
}

const inShort = (seen: RequestRecord): string =>
  [
    seen.status === null ? t('left before its answer') : String(seen.status),
    durationInWords(seen.duration_ms),
    unitsInWords(seen),
  ].join(', ');

function Seen({ seen }: { seen: RequestRecord }) {
  const cause = causeOf(seen);
  if (cause !== undefined) {
    return (
      <Verdict
        good={false}
        title={t('We saw it, and refused it: {status}', { status: seen.status ?? '' })}
      >
        <Line seen={seen} />
        <p>{t('{why}.', { why: cause.why })}</p>
        <p className="text-ink-soft">{cause.helps}</p>
        <p className="text-ink-soft">{t('It costs nothing. Still watching for the next.')}</p>
      </Verdict>
    );
  }
  const isWell = seen.status !== null && seen.status < 400;
  return (
    <Verdict good={isWell} title={t('We saw it: {what}', { what: inShort(seen) })}>
      <Line seen={seen} />
      {!isWell && (
        <p className="text-ink-soft">
          {seen.status === null
            ? t('The client did not wait for the answer.')
            : t('The gateway passed it on: the answer is the API’s own.')}
        </p>
      )}
    </Verdict>
  );
}

function Line({ seen }: { seen: RequestRecord }) {
  return (
    <p className="wrap-anywhere">
      <code className="font-mono text-xs">
        {seen.method} {seen.path}
      </code>
      {seen.key !== null && (
        <span className="text-ink-soft">
          {' · '}
          {t('key {name} …{last4}', { name: seen.key.name, last4: seen.key.last4 })}
        </span>
      )}
    </p>
  );
}

interface VerdictProps {
  good: boolean;
  title: string;
  children: ReactNode;
}

function Verdict({ good, title, children }: VerdictProps) {
  const Icon = good ? CircleCheck : CircleX;
  return (
    <div
      className={clsx('flex gap-3 rounded-md px-3 py-2.5', good ? 'bg-ok-soft' : 'bg-warn-soft')}
    >
      <Icon
        aria-hidden
        className={clsx('mt-0.5 size-5 shrink-0', good ? 'text-ok' : 'text-warn')}
      />
      <div className="flex min-w-0 flex-col gap-1 text-[0.8125rem]">
        <p className="text-sm font-semibold">{title}</p>
        {children}
      </div>
    </div>
  );
}
