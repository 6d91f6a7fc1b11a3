import { useSyncExternalStore } from 'react';

/** Below this a table's columns no longer fit; Tailwind's `md`. */
const NARROW = '(max-width: 767.98px)';

function subscribe(onChange: () => void): () => void {
  const media = matchMedia(NARROW);
  media.addEventListener('change', onChange);
  return () => media.removeEventListener('change', onChange);
}

/** @returns whether the window is too narrow for columns. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
}
