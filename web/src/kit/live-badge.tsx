import { clsx } from 'clsx';
import type { Live } from './live.ts';
import { t } from './text.ts';
import { Age } from './time.tsx';

/** Says whether figures move by themselves, and how old they are when they don't. */
export function LiveBadge({ live }: { live: Live<unknown> }) {
  const state = live.error !== undefined ? 'off' : live.state;
  return (
    <span className="inline-flex items-center gap-2 text-[0.8125rem] text-ink-soft">
      <span
        aria-hidden
        className={clsx('size-2 rounded-full', state === 'live' ? 'bg-ok' : 'bg-warn')}
      />
      <span>
        {state === 'live' && t('Live')}
        {state === 'connecting' && t('Connecting')}
        {state === 'waiting' && t('Reconnecting')}
        {state === 'off' && t('Live figures are off')}
        {state !== 'live' && live.receivedAtMs !== undefined && (
          <>
            {' · '}
            {t('updated')} <Age atMs={live.receivedAtMs} />
          </>
        )}
      </span>
    </span>
  );
}
