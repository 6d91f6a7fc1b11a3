import { useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, type Query } from './api.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import { Button } from './button.tsx';
import { DownloadCsv, type ListFile } from './download.tsx';
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
      file: rows === undefined || rows.length === 0 ? undefined : { path, query },
    },
  };
}

interface More {
  has: boolean;
  busy: boolean;
  error: unknown;
  load: () => void;
  /** All of it as a file; undefined while there is nothing. */
  file: ListFile | undefined;
}

/**
 * What stands below a list: fetches the next rows when asked, and says what went wrong without
 * losing the rows above; saves all of them as a file.
 */
export function LoadMore({ more }: { more: More }) {
  if (!more.has && more.file === undefined) return null;
  return (
    <div className="flex flex-col items-center gap-2 border-t border-line px-4 py-2.5">
      {more.error !== undefined && <FormProblem error={more.error} />}
      <div className="flex w-full flex-wrap items-center justify-end gap-x-4 gap-y-2">
        {more.has && (
          <Button size="sm" className="mx-auto" busy={more.busy} onClick={more.load}>
            {more.error === undefined ? t('Load more') : t('Retry')}
          </Button>
        )}
        {more.file && <DownloadCsv file={more.file} />}
      </div>
    </div>
  );
}
