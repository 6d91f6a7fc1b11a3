import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Settings } from '@tollgate/billing-core/contract/me.ts';
import { useEffect } from 'react';
import { applyAccent } from './accent.ts';
import { api } from './api.ts';

/** What everyone may know: what the business is called, whether sign-up is open. */
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => api<Settings>('/portal/v1/settings', { signal, anonymous: true }),
  staleTime: 300_000,
});

/** @returns what the business is called; the product's own name while that is not known. */
export function useBrandName(): string {
  return useQuery(settingsQuery).data?.product_name ?? 'Tollgate';
}

/** @returns the address of the picture beside its name. */
export function useLogo(): string {
  const logo = useQuery(settingsQuery).data?.logo ?? null;
  return logo === null ? '/icon.svg' : `/api${logo}`;
}

/** Colours the page as the business wants it. */
export function useAccent(): void {
  const accent = useQuery(settingsQuery).data?.accent;
  useEffect(() => {
    if (accent !== undefined) applyAccent(accent);
  }, [accent]);
}

/** @returns where people turn for help, as a link; undefined where nobody said. */
export function useSupport(): { href: string; text: string } | undefined {
  const support = useQuery(settingsQuery).data?.support ?? null;
  if (support === null) return undefined;
  return { href: support.startsWith('https://') ? support : `mailto:${support}`, text: support };
}
