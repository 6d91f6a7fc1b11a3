import type { SubscriptionPreview } from '@tollgate/billing-core/contract/subscription.ts';
import { formatInZone, formatMoney, formatNumber } from '../kit/format.ts';
import { broughtBy, SumView, usageNote, type Sum } from '../kit/invoices/invoice-preview.tsx';
import { entitlementInWords } from '../kit/price-words.ts';
import { t } from '../kit/text.ts';
import { useMeters } from './queries.ts';

interface DueSumsProps {
  preview: SubscriptionPreview;
  /** The subscription's. */
  zone: string;
}

/** That what is due cannot be collected, and why. */
function NotCollected({ sum: { not_collected: said } }: { sum: Sum }) {
  if (said === null) return null;
  return (
    <p className="mt-1 text-[0.8125rem] wrap-anywhere text-danger">
      {t('To be paid another way: {said}', { said })}
    </p>
  );
}

/** What is due now and with the next invoice. */
export function DueSums({ preview, zone }: DueSumsProps) {
  const { currency, due_now, next_invoice, at } = preview;
  return (
    <div className="mt-3 flex flex-col gap-3 rounded-md bg-sunken px-4 py-3">
      <p className="text-[0.8125rem] text-ink-soft">
        {t('Takes effect {time}', { time: formatInZone(at, zone) })}
      </p>
      <section>
        <p className="flex justify-between gap-4 font-medium">
          <span>{t('Due now')}</span>
          <span className="figures shrink-0 whitespace-nowrap">
            {formatMoney(broughtBy(due_now), currency)}
          </span>
        </p>
        <SumView sum={due_now} currency={currency} />
        <NotCollected sum={due_now} />
      </section>
      {next_invoice !== null && (
        <section>
          <p className="flex justify-between gap-4 font-medium">
            <span>{t('Next invoice, {time}', { time: formatInZone(next_invoice.at, zone) })}</span>
            <span className="figures shrink-0 whitespace-nowrap">
              {formatMoney(broughtBy(next_invoice), currency)}
            </span>
          </p>
          <SumView sum={next_invoice} currency={currency} />
          <NotCollected sum={next_invoice} />
          <p className="mt-2 text-[0.8125rem] text-ink-soft">{usageNote(next_invoice)}</p>
        </section>
      )}
      <Allowances allowances={preview.allowances} />
    </div>
  );
}

/** What there is then, add-ons in it; nothing where nothing is limited or included. */
function Allowances({ allowances }: Pick<SubscriptionPreview, 'allowances'>) {
  const meters = useMeters();
  const { quotas, included_units: included, features } = allowances;
  const lines = [
    ...quotas.map((quota) =>
      entitlementInWords({ kind: 'quota', on_unreachable: 'refuse', ...quota }, meters),
    ),
    ...included.map(({ meter_id, units }) =>
      t('{units} {meter} included per period', {
        units: formatNumber(units),
        meter: meters.find(({ id }) => id === meter_id)?.name.toLowerCase() ?? meter_id,
      }),
    ),
    ...features.map((feature) => t('Feature {feature}', { feature })),
  ];
  if (lines.length === 0) return null;
  return (
    <section>
      <p className="font-medium">{t('There is then')}</p>
      <ul className="text-[0.8125rem] text-ink-soft wrap-anywhere">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
