import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { tell } from '../error-panel.tsx';
import { useGo } from '../link.tsx';
import { t } from '../text.ts';
import { focusElsewhere, leavePanel, showPanel } from './panel.ts';
import type { Find, Place } from './place.ts';

/** Typing settles before the API is asked. */
const SETTLE_MS = 150;

interface PaletteProps {
  places: readonly Place[];
  find: Find | undefined;
}

interface Group {
  label: string;
  items: readonly Place[];
}

const close = (): void => showPanel(undefined);

/** Pages, and what the API finds, by a few typed letters. */
export function Palette({ places, find }: PaletteProps) {
  const [text, setText] = useState('');
  const found = useFound(find, text.trim());
  const groups = [
    { label: t('Pages'), items: places.filter((place) => matches(place, text)) },
    { label: find?.label ?? '', items: found.data ?? [] },
  ].filter(({ items }) => items.length > 0);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/35 dark:bg-black/60" />
        <Dialog.Popup
          aria-label={t('Go to')}
          finalFocus={focusElsewhere}
          className="fixed top-[10dvh] left-1/2 z-50 flex max-h-[80dvh] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-xl"
        >
          <Autocomplete.Root
            inline
            open
            mode="none"
            items={groups}
            value={text}
            onValueChange={setText}
            itemToStringValue={(place: Place) => place.label}
            autoHighlight="always"
            keepHighlight
          >
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search className="size-4 shrink-0 text-ink-soft" aria-hidden />
              <Autocomplete.Input
                aria-label={t('Go to')}
                placeholder={find === undefined ? t('A page') : t('A page, or a name or an id')}
                className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-ink-soft"
              />
              <Dialog.Close className="rounded border border-line px-1.5 py-0.5 text-xs text-ink-soft">
                {t('Esc')}
                <span className="sr-only"> {t('Close')}</span>
              </Dialog.Close>
            </div>
            <Groups />
            <State found={found} none={groups.length === 0} />
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Groups() {
  return (
    <Autocomplete.List className="min-h-0 overflow-y-auto p-1.5 data-empty:p-0">
      {(group: Group) => (
        <Autocomplete.Group key={group.label} items={group.items}>
          <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-soft">
            {group.label}
          </Autocomplete.GroupLabel>
          <Autocomplete.Collection>
            {(place: Place) => <Row key={place.href} place={place} />}
          </Autocomplete.Collection>
        </Autocomplete.Group>
      )}
    </Autocomplete.List>
  );
}

function Row({ place }: { place: Place }) {
  const go = useGo();
  return (
    <Autocomplete.Item
      value={place}
      onClick={() => {
        leavePanel();
        go(place.href);
      }}
      className="flex min-h-9 cursor-default items-center gap-3 rounded-md px-2.5 py-1.5 outline-none select-none data-highlighted:bg-sunken"
    >
      <span className="min-w-0 flex-1 wrap-anywhere">{place.label}</span>
      {place.note !== undefined && (
        <span className="max-w-[50%] truncate font-mono text-xs text-ink-soft">{place.note}</span>
      )}
      {place.jump !== undefined && (
        <kbd className="font-mono text-xs text-ink-soft" aria-hidden>
          g {place.jump}
        </kbd>
      )}
    </Autocomplete.Item>
  );
}

interface Found {
  data: Place[] | undefined;
  error: unknown;
  isFetching: boolean;
}

/** Says, also to those who do not see the list, that it is not all yet, or that it is empty. */
function State({ found, none }: { found: Found; none: boolean }) {
  const said = wordsOf(found, none);
  return (
    <p
      role="status"
      className={clsx('text-center text-ink-soft', said !== undefined && 'px-4 pt-2 pb-4')}
    >
      {said}
    </p>
  );
}

function wordsOf({ error, isFetching }: Found, none: boolean): string | undefined {
  if (isFetching) return t('Searching…');
  if (error !== null) return tell(error).title;
  return none ? t('Nothing is called that.') : undefined;
}

function matches({ label }: Place, text: string): boolean {
  const words = text.toLowerCase().split(/\s+/);
  return words.every((word) => label.toLowerCase().includes(word));
}

function useFound(find: Find | undefined, text: string): Found {
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, isFetching } = useQuery({
    queryKey: ['palette', find?.label, asked],
    enabled: find !== undefined && asked !== '',
    queryFn: ({ signal }) => find?.places(asked, signal) ?? [],
    placeholderData: (before) => before,
  });
  const waits = find !== undefined && text !== asked;
  return { data: text === '' ? [] : data, error, isFetching: isFetching || waits };
}
