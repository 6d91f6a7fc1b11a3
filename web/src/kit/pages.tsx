import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, type Query } from './api.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import { Button } from './button.tsx';
import { FormProblem } from './error-panel.tsx';
import { onceKnown } from './query.tsx';
import { t } from './text.ts';

interface PagesOptions {
  key: QueryKey;
  path: string;
  query?: Query;
  enabled?: boolean;
  /** Reads what is shown again this often. */
  everyMs?: number;
}

/** A list of the API, page by page along its cursor. @returns all rows that were loaded. */
export function usePages<Row>(options: PagesOptions) {
  const { key, path, query = {}, enabled = true, everyMs } = options;
  const pages = useInfiniteQuery({
    queryKey: [...key, query],
    enabled,
    refetchInterval: everyMs === undefined ? false : onceKnown(everyMs),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api<Page<Row>>(path, { query: { ...query, cursor: pageParam }, signal }),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.data), [pages.data]);
  return {
    data: rows,
    error: pages.error,
    isError: pages.isError && !pages.isFetchNextPageError,
    dataUpdatedAt: pages.dataUpdatedAt,
    refetch: () => void pages.refetch(),
    more: {
      has: pages.hasNextPage,
      busy: pages.isFetchingNextPage,
      error: pages.isFetchNextPageError ? pages.error : undefined,
      load: () => void pages.fetchNextPage(),
    },
  };
}

interface More {
  has: boolean;
  busy: boolean;
  error: unknown;
  load: () => void;
}

/** Fetches the next rows when asked. Says what went wrong without losing the rows above. */
export function LoadMore({ more }: { more: More }) {
  if (!more.has) return null;
  return (
    <div className="flex flex-col items-center gap-2 border-t border-line px-4 py-3">
      {more.error !== undefined && <FormProblem error={more.error} />}
      <Button size="sm" busy={more.busy} onClick={more.load}>
        {more.error === undefined ? t('Load more') : t('Retry')}
      </Button>
    </div>
  );
}
