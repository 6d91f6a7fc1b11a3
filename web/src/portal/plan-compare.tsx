import type { OwnSubscription } from '@tollgate/billing-core/contract/own-subscription.ts';
import type { OfferedPlan } from '@tollgate/billing-core/contract/plan.ts';
import { Check } from 'lucide-react';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { shiftPoint } from '../kit/decimal.ts';
import { formatMoney } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { entitlementInWords, priceInWords } from '../kit/price-words.ts';
import { t, tn } from '../kit/text.ts';

interface ComparisonProps {
  plans: readonly OfferedPlan[];
  own: OwnSubscription | undefined;
  may: boolean;
  onChoose: (versionId: string) => void;
}

/** The plans side by side: what each costs a period whatever is used, by use, and what it has. */
export function Comparison({ plans, own, may, onChoose }: ComparisonProps) {
  const ordered = plans.toSorted((one, other) => compare(flat(one), flat(other)));
  const mayChange = may && own?.steps.includes('change') === true;
  return (
    <ul className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      {ordered.map((plan) => (
        <li key={plan.id} className="flex">
          <Card className="flex w-full flex-col">
            <Offer
              plan={plan}
              own={own}
              onChoose={mayChange ? () => onChoose(plan.version.id) : undefined}
            />
          </Card>
        </li>
      ))}
    </ul>
  );
}

/** Decimal places that the amount of a price may have. */
const PLACES = 12;

/** What is due for a period whatever is used, minor units x 10^12. */
function flat({ version }: OfferedPlan): bigint {
  return version.prices.reduce(
    (sum, price) => (price.model === 'flat' ? sum + BigInt(shiftPoint(price.amount, PLACES)) : sum),
    0n,
  );
}

const compare = (one: bigint, other: bigint): number => (one < other ? -1 : one > other ? 1 : 0);

interface OfferProps {
  plan: OfferedPlan;
  own: OwnSubscription | undefined;
  onChoose: (() => void) | undefined;
}

function Offer({ plan, own, onChoose }: OfferProps) {
  const { name, description, version } = plan;
  const meters = own?.meters ?? [];
  const isMine = own?.version?.id === version.id;
  const isSamePlan = own?.plan?.id === plan.id;
  const used = version.prices.filter(({ model }) => model !== 'flat');
  return (
    <>
      <h3 className="flex flex-wrap items-center gap-2 text-base font-semibold">
        <span className="min-w-0 wrap-anywhere">{name}</span>
        {isMine && <Badge tone="accent">{t('Your plan')}</Badge>}
        {isSamePlan && !isMine && <Badge>{t('New terms')}</Badge>}
      </h3>
      {description !== '' && <p className="mt-1 wrap-anywhere text-ink-soft">{description}</p>}
      <p className="mt-3">
        <span className="figures text-xl font-semibold">
          {formatMoney(shiftPoint(String(flat(plan)), -PLACES), version.currency)}
        </span>{' '}
        <span className="text-ink-soft">
          {tn(version.interval_months, { one: 'a month', other: 'every {count} months' })}
        </span>
      </p>
      {version.trial_days > 0 && (
        <p className="text-[0.8125rem] text-ink-soft">
          {tn(version.trial_days, {
            one: '{count} day of trial for new customers',
            other: '{count} days of trial for new customers',
          })}
        </p>
      )}
      <ul className="mt-3 mb-4 flex flex-col gap-1.5 text-[0.8125rem] wrap-anywhere">
        {[
          ...used.map((price) => priceInWords(price, version.currency, meters)),
          ...version.entitlements.map((one) => entitlementInWords(one, meters)),
        ].map((words) => (
          <li key={words} className="flex gap-2">
            <Check aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
            <span className="min-w-0">{words}</span>
          </li>
        ))}
      </ul>
      {!isMine && onChoose && (
        <Button className="mt-auto" onClick={onChoose}>
          {isSamePlan ? t('Take the new terms…') : t('Change to {name}…', { name })}
        </Button>
      )}
    </>
  );
}
