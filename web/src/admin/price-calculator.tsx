import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useId, useState } from 'react';
import type {
  PricePreview,
  PricePreviewRequest,
} from '@tollgate/billing-core/contract/price-preview.ts';
import type { PriceTerms } from '@tollgate/billing-core/contract/price.ts';
import { ApiError } from '../kit/api-error.ts';
import { api } from '../kit/api.ts';
import { Field, CONTROL } from '../kit/field.tsx';
import { Fold } from '../kit/fold.tsx';
import { formatMoney } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { askedPreview, emptyTrial, faultsInWords, type Trial } from './price-trial.ts';

/** Typing settles this long before the price is asked for. */
const SETTLE_MS = 250;

interface CalculatorProps {
  /** Undefined until the price is typed. */
  terms: PriceTerms | undefined;
  currency: string | undefined;
}

/** What the price being edited would cost, by the calculation that invoices use. */
export function PriceCalculator({ terms, currency }: CalculatorProps) {
  const [trial, setTrial] = useState(emptyTrial);
  const set = (name: keyof Trial) => (value: string) => setTrial({ ...trial, [name]: value });
  const asked =
    terms === undefined || currency === undefined
      ? undefined
      : askedPreview(terms, currency, trial);
  const preview = usePreview(asked);
  const byEvent = terms !== undefined && 'fixed_amount' in terms;
  const isFlat = terms?.model === 'flat';
  return (
    <fieldset className="min-w-0 rounded-md bg-sunken px-4 pt-2 pb-4">
      <legend className="sr-only">{t('Calculator')}</legend>
      <p aria-hidden className="mb-2 text-[0.8125rem] font-medium">
        {t('What would it cost?')}
      </p>
      <div className="grid items-start gap-x-5 gap-y-3 lg:grid-cols-[minmax(0,14rem)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-3">
          {!isFlat && (
            <TrialField
              label={byEvent ? t('Amounts of events') : t('Units used')}
              hint={byEvent ? t('Such as 100, 20 x 5') : undefined}
              value={trial.quantity}
              onChange={set('quantity')}
            />
          )}
          <Fold summary={t('Part of a period')} open={false}>
            <div className="grid grid-cols-2 gap-3">
              <TrialField
                label={t('Active days')}
                value={trial.active_days}
                onChange={set('active_days')}
              />
              <TrialField
                label={t('of days')}
                value={trial.period_days}
                onChange={set('period_days')}
              />
              {!isFlat && (
                <TrialField label={t('Rated before')} value={trial.rated} onChange={set('rated')} />
              )}
              <TrialField
                label={t('Billed before')}
                value={trial.billed}
                onChange={set('billed')}
              />
            </div>
          </Fold>
        </div>
        <output aria-live="polite" className="block min-w-0">
          <Answer {...preview} currency={currency ?? ''} isAsked={asked !== undefined} />
        </output>
      </div>
    </fieldset>
  );
}

interface TrialFieldProps {
  label: string;
  hint?: string | undefined;
  value: string;
  onChange: (value: string) => void;
}

function TrialField({ label, hint, value, onChange }: TrialFieldProps) {
  return (
    <Field label={label} hint={hint}>
      {(wiring) => (
        <input
          {...wiring}
          value={value}
          inputMode="decimal"
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
          // Enter asks for nothing here; it must not save the version.
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
          className={`${CONTROL} h-9`}
        />
      )}
    </Field>
  );
}

/** Asks once typing has settled; what was known stays until the next answer. */
function usePreview(asked: PricePreviewRequest | undefined) {
  const text = asked === undefined ? '' : JSON.stringify(asked);
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error } = useQuery({
    queryKey: ['price-preview', settled],
    queryFn: ({ signal }) => {
      const body: unknown = JSON.parse(settled);
      return api<PricePreview>('/v1/prices/preview', { method: 'POST', body, signal });
    },
    enabled: settled !== '',
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  });
  return { data, error, isOld: settled !== text };
}

interface AnswerProps {
  data: PricePreview | undefined;
  error: unknown;
  isOld: boolean;
  isAsked: boolean;
  currency: string;
}

function Answer({ data, error, isOld, isAsked, currency }: AnswerProps) {
  if (!isAsked) {
    return (
      <p className="text-[0.8125rem] text-ink-soft">
        {t('Fill in the price, and how much is used, to see what it costs.')}
      </p>
    );
  }
  if (error instanceof ApiError) {
    return <p className="text-[0.8125rem] wrap-anywhere text-danger">{faultsInWords(error)}</p>;
  }
  if (data === undefined) return null;
  return <Cost preview={data} currency={currency} isOld={isOld} />;
}

/** The amount, how it comes about, and its slices. */
function Cost({
  preview,
  currency,
  isOld,
}: {
  preview: PricePreview;
  currency: string;
  isOld: boolean;
}) {
  const heading = useId();
  return (
    <div className={isOld ? 'opacity-60' : undefined}>
      <p className="figures text-xl font-semibold tracking-tight break-all">
        {formatMoney(preview.rounded_amount, currency)}
      </p>
      {preview.lines.map((line) => (
        <div key={line.description}>
          <p id={heading} className="mt-0.5 text-[0.8125rem] wrap-anywhere text-ink-soft">
            {line.description}
          </p>
          {line.slices.length > 1 && (
            <ul aria-labelledby={heading} className="mt-2 flex flex-col gap-1 text-[0.8125rem]">
              {line.slices.map((slice, at) => (
                <li key={at} className="flex flex-wrap justify-between gap-x-4">
                  <span className="min-w-0 wrap-anywhere">{slice.description}</span>
                  <span className="figures ml-auto text-right break-all">
                    {formatMoney(slice.exact_amount, currency)}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
      ))}
    </div>
  );
}
