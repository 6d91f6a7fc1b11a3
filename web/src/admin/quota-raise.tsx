import { useQuery } from '@tanstack/react-query';
import type { QuotaOverride } from '@tollgate/billing-core/contract/quota-override.ts';
import type { Entitlement } from '@tollgate/billing-core/contract/plan.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatNumber, localInput } from '../kit/format.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { CustomerPick } from './customer-pick.tsx';
import { heldQuotasQuery, useMeters } from './queries.ts';
import { quotaText } from './quota-text.ts';
import { RaiseFields, raiseOf, type RaiseValues } from './raise-fields.tsx';

/** A new one, maybe of a known customer or as one was before, or what takes the place of one. */
export type Raising =
  | { customerId: string | undefined; like?: QuotaOverride }
  | { was: QuotaOverride };

interface RaiseProps {
  raising: Raising | undefined;
  onClose: () => void;
  onDone: () => Promise<void>;
}

/** Raises a quota of one customer beyond its plan. */
export function RaiseDialog({ raising, onClose, onDone }: RaiseProps) {
  const was = raising !== undefined && 'was' in raising ? raising.was : undefined;
  return (
    <Dialog
      open={raising !== undefined}
      onClose={onClose}
      title={
        was === undefined
          ? t('Raise a quota')
          : t('Change what is raised of {name}', { name: was.customer.name })
      }
      about={
        was ? quotaText(was) : t('Gateways know it within a second. The customer gets a notice.')
      }
    >
      {raising &&
        ('was' in raising ? (
          <ChangeForm was={raising.was} onClose={onClose} onDone={onDone} />
        ) : (
          <NewOverride
            known={raising.customerId}
            like={raising.like}
            onClose={onClose}
            onDone={onDone}
          />
        ))}
    </Dialog>
  );
}

type Ways = Omit<RaiseProps, 'raising'>;
type New = Ways & { like: QuotaOverride | undefined };

function NewOverride({ known, ...ways }: New & { known: string | undefined }) {
  if (known !== undefined) return <OfCustomer customerId={known} {...ways} />;
  return (
    <CustomerPick>{(customerId) => <OfCustomer customerId={customerId} {...ways} />}</CustomerPick>
  );
}

type Quota = Extract<Entitlement, { kind: 'quota' }>;

/** What names a quota of a plan within a form. */
const keyOf = ({ meter_id, window, scope }: Quota): string => `${meter_id} ${window} ${scope}`;

function OfCustomer({ customerId, ...ways }: New & { customerId: string }) {
  const quotas = useQuery(heldQuotasQuery(customerId));
  return (
    <Loaded query={quotas} skeleton={<FactsSkeleton facts={2} />}>
      {(held) =>
        held.length === 0 ? (
          <p className="text-ink-soft">
            {t('Its plan has no quota with a limit, or it is on no plan.')}
          </p>
        ) : (
          <NewForm key={customerId} customerId={customerId} quotas={held} {...ways} />
        )
      }
    </Loaded>
  );
}

function NewForm(props: New & { customerId: string; quotas: readonly Quota[] }) {
  const { customerId, quotas, like, ...ways } = props;
  const before = quotas.find(
    ({ meter_id, window, scope }) =>
      meter_id === like?.meter.id && window === like.window && scope === like.scope,
  );
  const meters = useMeters();
  const options = quotas.map((quota) => {
    const meter = meters.find(({ id }) => id === quota.meter_id) ?? { name: quota.meter_id };
    const limit = formatNumber(quota.limit ?? '0');
    const values = { quota: quotaText({ ...quota, meter }), limit };
    return { value: keyOf(quota), label: t('{quota}: {limit} by plan', values) };
  });
  return (
    <WishForm
      {...ways}
      options={options}
      defaults={{
        quota: before ? keyOf(before) : (options[0]?.value ?? ''),
        limit: before ? (like?.limit ?? '') : '',
        ends_at: '',
        reason: like?.reason ?? '',
      }}
      submitLabel={t('Raise it')}
      bodyOf={(wish) => {
        const quota = quotas.find((one) => keyOf(one) === wish.quota);
        const of = { meter_id: quota?.meter_id, window: quota?.window, scope: quota?.scope };
        return { customer_id: customerId, ...of };
      }}
    />
  );
}

/** Another limit, end or reason is another override, which ends this one. */
function ChangeForm({ was, ...ways }: Ways & { was: QuotaOverride }) {
  const { limit, ends_at: end, reason, window, scope } = was;
  const ends_at = end === null ? '' : localInput(end);
  const quota = { meter_id: was.meter.id, window, scope, replaces: was.id };
  return (
    <WishForm
      {...ways}
      defaults={{ quota: '', limit, ends_at, reason }}
      submitLabel={t('Change it')}
      bodyOf={() => ({ customer_id: was.customer.id, ...quota })}
    />
  );
}

interface Wish extends RaiseValues {
  quota: string;
  reason: string;
}

interface WishProps extends Ways {
  /** Left out where the quota is known. */
  options?: readonly { value: string; label: string }[];
  defaults: Wish;
  submitLabel: string;
  /** Whose quota it is, and which. */
  bodyOf: (wish: Wish) => object;
}

function WishForm({ options, defaults, submitLabel, bodyOf, onClose, onDone }: WishProps) {
  const wish = useApiForm({
    defaults,
    rename: (field) => (field === 'meter_id' ? 'quota' : field),
    submit: async (values: Wish, idempotencyKey) => {
      const body = { ...bodyOf(values), ...raiseOf(values), reason: values.reason };
      await api('/v1/quota-overrides', { method: 'POST', body, idempotencyKey });
      toast.done(t('Quota raised'));
      await onDone();
      onClose();
    },
  });
  const { form } = wish;
  return (
    <Form api={wish} label={submitLabel}>
      {options && <SelectField form={form} name="quota" label={t('Quota')} options={options} />}
      <RaiseFields form={form} />
      <TextField
        form={form}
        name="reason"
        label={t('Reason')}
        hint={t('For admins: customers are not shown it.')}
        maxLength={500}
        required={t('Say why')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {submitLabel}
        </Button>
      </DialogActions>
    </Form>
  );
}
