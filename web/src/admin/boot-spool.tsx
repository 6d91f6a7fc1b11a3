import type { BootState } from '@tollgate/billing-core/contract/gateway-state.ts';
import { Badge } from '../kit/badge.tsx';
import { formatBytes, formatPercent, formatSpan } from '../kit/format.ts';
import { t, tn } from '../kit/text.ts';
import { Age, useNow } from '../kit/time.tsx';
import { isOld } from './boots.ts';

const NEARLY = 0.8;

/** How full a boot's spool is; what was not told is unknown, and not nothing. */
export function SpoolFill({ boot: { state, spool } }: { boot: BootState }) {
  const nowMs = useNow(1000);
  if (state !== 'live') return '–';
  if (spool === null) return <span className="text-ink-soft">{t('unknown')}</span>;
  const { bytes, bytes_max: max } = spool;
  const share = bytes / max;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1 max-sm:justify-end">
      {t('{used} of {max} ({share})', {
        used: formatBytes(bytes),
        max: formatBytes(max),
        share: formatPercent(share),
      })}
      {share >= NEARLY && (
        <Badge tone={share > 1 ? 'danger' : 'warn'}>
          {share > 1 ? t('Full') : t('Nearly full')}
        </Badge>
      )}
      {isOld(spool.told_at, nowMs) && (
        <span className="text-ink-soft">
          {t('told')} <Age atMs={Date.parse(spool.told_at)} />
        </span>
      )}
    </span>
  );
}

/** What waits in it, in words. */
export function spoolWaiting({ state, spool }: BootState): string {
  if (state !== 'live') return '–';
  if (spool === null) return t('unknown');
  if (spool.records === 0) return t('nothing');
  const records = tn(spool.records, { one: '{count} record', other: '{count} records' });
  return t('{records}, the oldest for {span}', {
    records,
    span: formatSpan(spool.oldest_ms / 1000),
  });
}
