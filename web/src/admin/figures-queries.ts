import { queryOptions } from '@tanstack/react-query';
import type {
  Figures,
  RecurringFigures,
  RevenueFigures,
  UnbilledFigures,
} from '@tollgate/billing-core/contract/figures.ts';
import { api, type Query } from '../kit/api.ts';
import { onceKnown } from '../kit/query.tsx';

const REFRESH_MS = 15_000;
/** It rates all usage that is on no invoice. */
const UNBILLED_REFRESH_MS = 60_000;

export const figuresQuery = queryOptions({
  queryKey: ['admin', 'figures'],
  queryFn: ({ signal }) => api<Figures>('/v1/figures', { signal }),
  refetchInterval: onceKnown(REFRESH_MS),
});

export const unbilledQuery = queryOptions({
  queryKey: ['admin', 'figures', 'unbilled'],
  queryFn: ({ signal }) => api<UnbilledFigures>('/v1/figures/unbilled', { signal }),
  staleTime: UNBILLED_REFRESH_MS,
  refetchInterval: onceKnown(UNBILLED_REFRESH_MS),
});

export const recurringQuery = queryOptions({
  queryKey: ['admin', 'figures', 'recurring'],
  queryFn: ({ signal }) => api<RecurringFigures>('/v1/figures/recurring', { signal }),
});

export const revenueQuery = (query: Query) =>
  queryOptions({
    queryKey: ['admin', 'figures', 'revenue', query],
    queryFn: ({ signal }) => api<RevenueFigures>('/v1/figures/revenue', { query, signal }),
  });
