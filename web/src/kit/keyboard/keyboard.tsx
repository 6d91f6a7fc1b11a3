import { Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useEffectEvent } from 'react';
import { useGo } from '../link.tsx';
import { usePreference } from '../preference.ts';
import { t } from '../text.ts';
import { returnFocus, showPanel, singleKeys, usePanel } from './panel.ts';
import type { Find, Place } from './place.ts';
import { hasOwnKeys, keyReader } from './shortcuts.ts';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const ShortcutList = lazy(async () => ({
  default: (await import('./shortcut-list.tsx')).ShortcutList,
}));

interface KeyboardProps {
  places: readonly Place[];
  /** What else the palette finds, by asking the API. */
  find: Find | undefined;
}

/** Listens to the keys of every page, and shows what they open. */
export function Keyboard({ places, find }: KeyboardProps) {
  const panel = usePanel();
  useShortcuts(places);
  useEffect(() => (panel === undefined ? undefined : returnFocus), [panel]);
  // Nothing stays open when this side is left.
  useEffect(() => () => showPanel(undefined), []);
  return (
    <Suspense>
      {panel === 'palette' && <Palette places={places} find={find} />}
      {panel === 'shortcuts' && <ShortcutList places={places} />}
    </Suspense>
  );
}

function useShortcuts(places: readonly Place[]): void {
  const go = useGo();
  const single = usePreference(singleKeys) === 'on';
  const onJump = useEffectEvent((letter: string) => {
    const place = places.find(({ jump }) => jump === letter);
    if (place) go(place.href);
  });
  useEffect(() => {
    const read = keyReader();
    function onKey(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.repeat) return;
      const meaning = read(event, single && !hasOwnKeys(event.target));
      if (meaning === undefined) return;
      event.preventDefault();
      if (typeof meaning === 'string') showPanel(meaning);
      else onJump(meaning.jump);
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [single]);
}

const IS_APPLE = /Mac|iP(hone|ad|od)/;

/** How the key that opens the palette is written on this device. */
export const paletteKeys = (): string => (IS_APPLE.test(navigator.userAgent) ? '⌘K' : t('Ctrl K'));

/** Opens the palette, for those who have no keyboard or don't know it yet. */
export function PaletteButton() {
  return (
    <button
      type="button"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={() => showPanel('palette')}
      className="mb-3 flex h-9 w-full items-center gap-2 rounded-md border border-line bg-bg px-2.5 text-ink-soft hover:bg-sunken hover:text-ink [&_svg]:size-4"
    >
      <Search aria-hidden />
      {t('Go to…')}
      <kbd className="ml-auto font-sans text-xs">{paletteKeys()}</kbd>
    </button>
  );
}
