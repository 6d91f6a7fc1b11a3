import { useSyncExternalStore } from 'react';

/** A choice that this browser remembers; where storage is blocked, it lasts as long as the page. */
export interface Preference<Value extends string> {
  get: () => Value;
  set: (value: Value) => void;
}

const listeners = new Set<() => void>();

/**
 * @param name its name in this browser's storage.
 * @param known all values there are; what else is found there counts as `fallback`.
 */
export function preference<Value extends string>(
  name: string,
  known: readonly Value[],
  fallback: Value,
): Preference<Value> {
  const storedAs = `tollgate.${name}`;
  let chosen: Value | undefined;
  const read = (): Value => known.find((one) => one === stored(storedAs)) ?? fallback;
  return {
    get: () => (chosen ??= read()),
    set: (value) => {
      chosen = value;
      store(storedAs, value === fallback ? undefined : value);
      for (const listener of listeners) listener();
    },
  };
}

/** @returns the choice, kept true while the part is in view. */
export function usePreference<Value extends string>(of: Preference<Value>): Value {
  return useSyncExternalStore(subscribe, of.get);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function store(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}
