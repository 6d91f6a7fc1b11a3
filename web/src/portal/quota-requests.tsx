import { useState } from 'react';
import type {
  QuotaRequest,
  QuotaRequestState,
} from '@tollgate/billing-core/contract/quota-request.ts';
import { api } from '../kit/api.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatNumber } from '../kit/format.ts';
import { LoadMore, type usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { WINDOW_NAMES } from '../kit/quota-words.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';

const STATES: Record<QuotaRequestState, { tone: BadgeTone; label: string }> = {
  open: { tone: 'accent', label: t('Waits for an answer') },
  granted: { tone: 'ok', label: t('Granted') },
  declined: { tone: 'warn', label: t('Declined') },
  withdrawn: { tone: 'neutral', label: t('Withdrawn') },
};

interface RequestsProps {
  requests: ReturnType<typeof usePages<QuotaRequest>>;
  path: string;
  may: boolean;
  onDone: () => void;
}

/** What was asked for, and what was answered. */
export function Requests({ requests, path, may, onDone }: RequestsProps) {
  const [busy, setBusy] = useState<string>();
  const [problem, setProblem] = useState<unknown>();
  async function withdraw(id: string): Promise<void> {
    setBusy(id);
    setProblem(undefined);
    try {
      await api(`${path}/${id}/withdraw`, { method: 'POST' });
      toast.done(t('Request withdrawn'));
      onDone();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(undefined);
    }
  }
  return (
    <>
      {problem !== undefined && (
        <div className="px-4 pb-3 sm:px-5">
          <FormProblem error={problem} />
        </div>
      )}
      <Loaded query={requests} skeleton={<TableSkeleton rows={2} />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="px-4 pb-4 text-ink-soft sm:px-5">
              {t('Nothing was asked for. Where a quota is too small, ask for more above.')}
            </p>
          ) : (
            <ul className="-mt-3 divide-y divide-line">
              {rows.map((row) => (
                <li key={row.id} className="flex flex-col gap-1 px-4 py-3 sm:px-5">
                  <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
                    <span className="figures font-medium wrap-anywhere">{inWords(row)}</span>
                    <Badge tone={STATES[row.state].tone}>{STATES[row.state].label}</Badge>
                    {row.state === 'open' && may && (
                      <Button
                        tone="quiet"
                        size="sm"
                        busy={busy === row.id}
                        onClick={() => void withdraw(row.id)}
                      >
                        {t('Withdraw')}
                      </Button>
                    )}
                  </div>
                  <p className="wrap-anywhere text-ink-soft">{row.reason}</p>
                  {row.answer !== '' && (
                    <p className="wrap-anywhere">
                      <span className="text-ink-soft">{t('Answer:')}</span> {row.answer}
                    </p>
                  )}
                  <p className="text-[0.8125rem] text-ink-soft">
                    <Instant iso={row.answered_at ?? row.created_at} />
                  </p>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <LoadMore more={requests.more} />
    </>
  );
}

function inWords({ meter, window, scope, limit, limit_then: before }: QuotaRequest): string {
  const values = {
    meter: meter.name,
    window: WINDOW_NAMES[window],
    before: formatNumber(before),
    limit: formatNumber(limit),
  };
  return scope === 'key'
    ? t('{meter} per {window} of each key: {before} to {limit}', values)
    : t('{meter} per {window}: {before} to {limit}', values);
}
