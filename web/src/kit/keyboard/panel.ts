import { useSyncExternalStore } from 'react';
import { preference } from '../preference.ts';

/** Whether `?` and `g` with a letter do something. WCAG 2.1.4 wants a way to switch that off. */
export const singleKeys = preference('single-keys', ['on', 'off'], 'on');

export type Panel = 'palette' | 'shortcuts';

let shown: Panel | undefined;
let before: HTMLElement | undefined;
const listeners = new Set<() => void>();

/** Opens the palette or the list of keys; undefined closes what is open. */
export function showPanel(panel: Panel | undefined): void {
  const active = document.activeElement;
  if (shown === undefined) before = active instanceof HTMLElement ? active : undefined;
  shown = panel;
  for (const listener of listeners) listener();
}

/** Closes it for another page, whose content then has the focus. */
export function leavePanel(): void {
  showPanel(undefined);
  before = undefined;
}

/** Puts the focus exactly where it was before; what is no tab stop, as a page's content, too. */
export function returnFocus(): void {
  before?.focus({ preventScroll: true });
  before = undefined;
}

/** For dialogs, which would look for the next tab stop: focus is none of their business here. */
export const focusElsewhere = (): false => false;

/** @returns which of them is open. */
export function usePanel(): Panel | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
