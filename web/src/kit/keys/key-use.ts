import { useQuery, type QueryKey } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { UsageSeries } from '@tollgate/billing-core/contract/usage.ts';
import { api, type Query } from '../api.ts';
import { now } from '../clock.ts';
import { dayStart, shownZone } from '../zone.ts';

export const USE_DAYS = 7;

/** Requests of each day, the oldest first, by key; a key that is not there had none. */
export type KeyUse = ReadonlyMap<string, readonly number[]>;

interface Source {
  key: QueryKey;
  path: string;
  query?: Query;
}

/** @returns what each key was used for on the last days; undefined while that is not known. */
export function useKeyUse({ key, path, query = {} }: Source): KeyUse | undefined {
  const zone = shownZone();
  const { data } = useQuery({
    queryKey: [...key, 'key-use', zone],
    queryFn: ({ signal }) => {
      const from = new Date(dayStart(now(), 1 - USE_DAYS)).toISOString();
      const asked = { ...query, from, interval: 'day', group_by: 'key', zone };
      return api<UsageSeries>(path, { query: asked, signal });
    },
    staleTime: 60_000,
  });
  return useMemo(() => data && countsOf(data), [data]);
}

function countsOf({ data, from }: UsageSeries): KeyUse {
  const use = new Map<string, number[]>();
  const starts = Array.from({ length: USE_DAYS }, (_, day) => dayStart(Date.parse(from), day));
  for (const { group, start, requests } of data) {
    if (group === null) continue;
    const days = use.get(group.id) ?? starts.map(() => 0);
    const at = starts.findLastIndex((one) => one <= Date.parse(start));
    if (at >= 0) days[at] = (days[at] ?? 0) + requests;
    use.set(group.id, days);
  }
  return use;
}
