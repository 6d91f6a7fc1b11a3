import type { ReactNode } from 'react';
import { Dialog } from '../dialog.tsx';
import { usePreference } from '../preference.ts';
import { t } from '../text.ts';
import { paletteKeys } from './keyboard.tsx';
import { focusElsewhere, showPanel, singleKeys } from './panel.ts';
import type { Place } from './place.ts';

/** What each key does, and the switch for those that are pressed alone. */
export function ShortcutList({ places }: { places: readonly Place[] }) {
  const single = usePreference(singleKeys);
  return (
    <Dialog
      open
      onClose={() => showPanel(undefined)}
      finalFocus={focusElsewhere}
      title={t('Keyboard shortcuts')}
    >
      <label className="flex items-start gap-2.5">
        <input
          type="checkbox"
          className="mt-1 size-4 accent-accent"
          checked={single === 'on'}
          onChange={(event) => singleKeys.set(event.target.checked ? 'on' : 'off')}
        />
        <span>
          {t('Use keys that are pressed alone')}
          <span className="block text-[0.8125rem] text-ink-soft">
            {t('They do nothing while you type. Switch them off if speech or a tool sends keys.')}
          </span>
        </span>
      </label>
      <dl className="mt-4 grid gap-x-8 gap-y-1.5 sm:grid-cols-2" aria-disabled={single === 'off'}>
        <Row keys={[paletteKeys()]}>{t('Go to a page')}</Row>
        <Row keys={['?']}>{t('This list')}</Row>
        {places
          .filter(({ jump }) => jump !== undefined)
          .map(({ href, label, jump = '' }) => (
            <Row key={href} keys={['g', jump]}>
              {label}
            </Row>
          ))}
      </dl>
    </Dialog>
  );
}

function Row({ keys, children }: { keys: readonly string[]; children: ReactNode }) {
  return (
    <div className="flex items-center justify-between gap-4">
      <dt className="min-w-0 wrap-anywhere">{children}</dt>
      <dd className="flex shrink-0 gap-1">
        {keys.map((key, at) => (
          <kbd
            key={at}
            className="min-w-6 rounded border border-line bg-sunken px-1.5 py-0.5 text-center font-mono text-xs"
          >
            {key}
          </kbd>
        ))}
      </dd>
    </div>
  );
}
