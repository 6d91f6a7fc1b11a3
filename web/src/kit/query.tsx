import { QueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from './api-error.ts';
import { Button } from './button.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { t } from './text.ts';
import { Age } from './time.tsx';

const RETRIES_MAX = 2;
/** Each attempt that times out is a long wait under 'Loading'. */
const TIMEOUT_RETRIES_MAX = 1;

/** @returns the cache of server data. Refusals are answers and are not asked for again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        networkMode: 'always',
        retry: shallRetry,
      },
      mutations: { networkMode: 'always' },
    },
  });
}

/** @returns whether a query is asked again that failed `failures` times before this error. */
export function shallRetry(failures: number, error: unknown): boolean {
  if (!(error instanceof ApiError) || !error.retriable) return false;
  return failures < (error.code === 'timeout' ? TIMEOUT_RETRIES_MAX : RETRIES_MAX);
}

/**
 * For `refetchInterval`: keeps what is shown fresh. What never came is not asked for behind
 * people's backs, because that would put 'Loading' in the place of the error and its Retry.
 */
export function onceKnown(everyMs: number) {
  return (query: { state: { data: unknown } }): number | false =>
    query.state.data === undefined ? false : everyMs;
}

export interface Query<Data> {
  data: Data | undefined;
  error: unknown;
  isError: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/** @returns two queries as one: known when both are; asks again for what did not come. */
export function together<One, Other, Both>(
  one: Query<One>,
  other: Query<Other>,
  join: (one: One, other: Other) => Both,
): Query<Both> {
  const failed = [one, other].filter(({ isError }) => isError);
  return {
    data:
      one.data === undefined || other.data === undefined ? undefined : join(one.data, other.data),
    error: failed[0]?.error,
    isError: failed.length > 0,
    dataUpdatedAt: Math.min(one.dataUpdatedAt, other.dataUpdatedAt),
    refetch: () => failed.map((each) => each.refetch()),
  };
}

interface LoadedProps<Data> {
  query: Query<Data>;
  /** Has the layout of the final content, so that nothing jumps. */
  skeleton: ReactNode;
  children: (data: Data) => ReactNode;
}

/**
 * The one way from a query to the page: skeleton, then data; an error takes the place of data
 * that never came, and stands beside data that could not be refreshed.
 */
export function Loaded<Data>({ query, skeleton, children }: LoadedProps<Data>) {
  const retry = (): void => void query.refetch();
  if (query.data === undefined) {
    return query.isError ? <ErrorPanel error={query.error} onRetry={retry} /> : skeleton;
  }
  return (
    <>
      {query.isError && <StaleNote sinceMs={query.dataUpdatedAt} onRetry={retry} />}
      {children(query.data)}
    </>
  );
}

function StaleNote({ sinceMs, onRetry }: { sinceMs: number; onRetry: () => void }) {
  return (
    <div
      role="status"
      className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md bg-warn-soft px-3 py-1.5 text-warn"
    >
      <span>
        {t('Could not refresh.')} {t('Updated')} <Age atMs={sinceMs} />
      </span>
      <Button tone="plain" size="sm" onClick={onRetry}>
        {t('Retry')}
      </Button>
    </div>
  );
}
