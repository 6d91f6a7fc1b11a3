import { useWatch, type UseFormReturn } from 'react-hook-form';
import { CheckboxField, TextField } from '../kit/field.tsx';
import { FoldCard } from '../kit/fold-card.tsx';
import { t } from '../kit/text.ts';
import type { RouteValues } from './route-values.ts';
import { countFault } from './values.ts';

interface FormOf {
  form: UseFormReturn<RouteValues>;
}

type CountName =
  | 'connect_timeout_ms'
  | 'idle_timeout_ms'
  | 'total_timeout_ms'
  | `health_check.${'interval_ms' | 'timeout_ms' | 'healthy_after' | 'unhealthy_after'}`
  | `circuit_breaker.${'failures' | 'open_ms'}`
  | `retries.${'attempts' | 'budget_percent'}`;

interface CountOf extends FormOf {
  name: CountName;
  label: string;
  hint?: string;
  /** It may be left empty. */
  optional?: boolean;
}

function CountField({ optional = false, ...props }: CountOf) {
  const required = optional ? {} : { required: t('Enter a number') };
  return <TextField {...props} {...required} inputMode="numeric" check={countFault} />;
}

const GRID = 'grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-4';

/** How long the route waits, and what it does when an upstream fails. */
export function FailureFields({ form }: FormOf) {
  const [idle, total, check, breaker, retries] = useWatch({
    control: form.control,
    name: [
      'idle_timeout_ms',
      'total_timeout_ms',
      'health_check.on',
      'circuit_breaker.on',
      'retries.on',
    ],
  });
  const { errors } = form.formState;
  const said = [
    retries && t('retries'),
    breaker && t('circuit breaker'),
    check && t('health checks'),
    idle + total !== '' && t('more timeouts'),
  ].filter((word) => word !== false);
  return (
    <FoldCard
      title={t('Timeouts and failures')}
      about={said.length === 0 ? t('No retries; every upstream is always asked.') : said.join(', ')}
      open={said.length > 0}
      faulty={Boolean(
        errors.connect_timeout_ms ??
        errors.idle_timeout_ms ??
        errors.total_timeout_ms ??
        errors.health_check ??
        errors.circuit_breaker ??
        errors.retries,
      )}
    >
      <div className="flex flex-col gap-5">
        <div className={GRID}>
          <CountField form={form} name="connect_timeout_ms" label={t('To connect, ms')} />
          <CountField
            form={form}
            name="idle_timeout_ms"
            label={t('Silence of an answer, ms')}
            hint={t('Empty: the timeout; streams 5 minutes.')}
            optional
          />
          <CountField
            form={form}
            name="total_timeout_ms"
            label={t('All of a request, ms')}
            hint={t('Empty: no limit.')}
            optional
          />
        </div>
        <RetryFields form={form} on={retries} />
        <BreakerFields form={form} on={breaker} />
        <CheckFields form={form} on={check} />
      </div>
    </FoldCard>
  );
}

type SwitchOf = FormOf & { on: boolean };

function RetryFields({ form, on }: SwitchOf) {
  return (
    <div className="flex flex-col gap-3">
      <CheckboxField
        form={form}
        name="retries.on"
        label={t('Retries')}
        hint={t('What may be repeated, before its body was sent; what was not sent, always.')}
      />
      {on && (
        <div className={GRID}>
          <CountField form={form} name="retries.attempts" label={t('More tries')} />
          <TextField
            form={form}
            name="retries.statuses"
            label={t('Also on statuses')}
            hint={t('By commas; empty: only without an answer.')}
          />
          <CountField
            form={form}
            name="retries.budget_percent"
            label={t('Of all requests, %')}
            hint={t('More are not tried again.')}
          />
        </div>
      )}
    </div>
  );
}

function BreakerFields({ form, on }: SwitchOf) {
  return (
    <div className="flex flex-col gap-3">
      <CheckboxField
        form={form}
        name="circuit_breaker.on"
        label={t('Circuit breaker')}
        hint={t('An upstream that fails again and again is left alone for a while.')}
      />
      {on && (
        <div className={GRID}>
          <CountField
            form={form}
            name="circuit_breaker.failures"
            label={t('After failures in a row')}
          />
          <CountField form={form} name="circuit_breaker.open_ms" label={t('For, ms')} />
        </div>
      )}
    </div>
  );
}

function CheckFields({ form, on }: SwitchOf) {
  return (
    <div className="flex flex-col gap-3">
      <CheckboxField
        form={form}
        name="health_check.on"
        label={t('Health checks')}
        hint={t('By gateways on Node: GET, answered below 400.')}
      />
      {on && (
        <div className={GRID}>
          <TextField
            form={form}
            name="health_check.path"
            label={t('Path to check')}
            required={t('Enter a path')}
            check={(value) => (value.startsWith('/') ? undefined : t('A path begins with /'))}
          />
          <CountField form={form} name="health_check.interval_ms" label={t('Every, ms')} />
          <CountField form={form} name="health_check.timeout_ms" label={t('Answered within, ms')} />
          <CountField form={form} name="health_check.unhealthy_after" label={t('Out after')} />
          <CountField form={form} name="health_check.healthy_after" label={t('Back after')} />
        </div>
      )}
    </div>
  );
}
