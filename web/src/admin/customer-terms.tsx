import { useQuery, useQueryClient } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { Coupon, CustomerCoupon } from '@tollgate/billing-core/contract/coupon.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import type { TaxRate } from '@tollgate/billing-core/contract/tax-rate.ts';
import { api } from '../kit/api.ts';
import { Button, IconButton } from '../kit/button.tsx';
import { SelectField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { KnownChoices } from '../kit/known-choices.tsx';
import { Card } from '../kit/page.tsx';
import { Loaded, type Query } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { couponChoices, taxRateChoices } from './queries.ts';
import { couponInWords, taxInWords } from './terms-words.ts';

interface Held {
  coupons: CustomerCoupon[];
  taxes: TaxRate[];
}

/** What is taken off a customer's invoices, and what is put on them. */
export function CustomerTerms({ customer }: { customer: Customer }) {
  const queries = useQueryClient();
  const path = `/v1/customers/${customer.id}`;
  const key = ['admin', 'customer', customer.id, 'terms'];
  const held = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<Held> => {
      const coupons = await api<{ data: CustomerCoupon[] }>(`${path}/coupons`, { signal });
      const taxes = await api<{ data: TaxRate[] }>(`${path}/tax-rates`, { signal });
      return { coupons: coupons.data.filter((one) => one.ended_at === null), taxes: taxes.data };
    },
  });
  const reload = () => queries.invalidateQueries({ queryKey: key });
  const coupons = useQuery(couponChoices);
  const rates = useQuery(taxRateChoices);
  async function tax(ids: string[]): Promise<void> {
    await api(`${path}/tax-rates`, { method: 'PUT', body: { tax_rate_ids: ids } });
    toast.done(t('Taxes changed'), { description: customer.name });
    await reload();
  }
  async function give(coupon_id: string, idempotencyKey: string): Promise<void> {
    await api(`${path}/coupons`, { method: 'POST', body: { coupon_id }, idempotencyKey });
    toast.done(t('Coupon given'), { description: customer.name });
    await reload();
  }
  async function drop(id: string): Promise<void> {
    await api(`/v1/customer-coupons/${id}`, { method: 'DELETE' });
    toast.done(t('Coupon taken away'), { description: customer.name });
    await reload();
  }
  return (
    <Card title={t('Taxes and coupons')} className="lg:col-span-2">
      <Loaded query={held} skeleton={<FactsSkeleton facts={2} />}>
        {(known) => (
          <div className="grid items-start gap-5 sm:grid-cols-2">
            <Terms
              label={t('Tax rate')}
              none={t('No tax is put on invoices.')}
              rows={known.taxes.map((rate) => ({ id: rate.id, words: taxInWords(rate) }))}
              from={rates}
              choicesOf={({ data }) => offered(data, known.taxes).map(taxChoice)}
              onAdd={(id) => tax([...known.taxes.map((rate) => rate.id), id])}
              onRemove={(id) => tax(known.taxes.map((rate) => rate.id).filter((one) => one !== id))}
            />
            <Terms
              label={t('Coupon')}
              none={t('Nothing is taken off invoices.')}
              rows={known.coupons.map(({ id, coupon }) => ({ id, words: couponInWords(coupon) }))}
              from={coupons}
              choicesOf={({ data }) => {
                const held = known.coupons.map(({ coupon }) => coupon);
                return offered(data, held).map(couponChoice);
              }}
              onAdd={give}
              onRemove={drop}
            />
          </div>
        )}
      </Loaded>
    </Card>
  );
}

interface Choice {
  value: string;
  label: string;
}

interface TermsProps<Of> {
  label: string;
  none: string;
  rows: readonly { id: string; words: string }[];
  from: Query<Page<Of>>;
  choicesOf: (page: Page<Of>) => readonly Choice[];
  onAdd: (id: string, idempotencyKey: string) => Promise<void>;
  onRemove: (id: string) => Promise<void>;
}

function Terms<Of>(props: TermsProps<Of>) {
  const { label, none, rows, from, choicesOf, onAdd, onRemove } = props;
  const add = useApiForm({
    defaults: { id: '' },
    submit: async ({ id }, idempotencyKey) => {
      await onAdd(id, idempotencyKey);
      add.form.reset();
    },
  });
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {rows.length === 0 && <p className="text-ink-soft">{none}</p>}
      <ul className="flex flex-col gap-1">
        {rows.map(({ id, words }) => (
          <li key={id} className="flex items-center justify-between gap-2">
            <span className="min-w-0 wrap-anywhere">{words}</span>
            <IconButton
              label={t('Remove {what}', { what: words })}
              onClick={() => void onRemove(id)}
            >
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      <KnownChoices label={label} query={from}>
        {(page) => {
          const choices = choicesOf(page);
          if (choices.length === 0) return null;
          return (
            <Form api={add} label={label}>
              <SelectField
                form={add.form}
                name="id"
                label={label}
                required={t('Choose one')}
                options={[{ value: '', label: t('Choose…') }, ...choices]}
              />
              <div className="flex justify-end">
                <Button type="submit" size="sm" busy={add.form.formState.isSubmitting}>
                  {t('Add')}
                </Button>
              </div>
            </Form>
          );
        }}
      </KnownChoices>
    </div>
  );
}

const offered = <Of extends { id: string; state: string }>(
  all: readonly Of[],
  held: readonly { id: string }[],
): Of[] => all.filter(({ id, state }) => state === 'active' && !held.some((one) => one.id === id));

const taxChoice = (rate: TaxRate): Choice => ({ value: rate.id, label: taxInWords(rate) });
const couponChoice = (coupon: Coupon): Choice => ({
  value: coupon.id,
  label: couponInWords(coupon),
});
