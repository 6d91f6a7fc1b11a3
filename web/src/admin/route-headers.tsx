import { Plus } from 'lucide-react';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';
import { Button } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { FoldCard } from '../kit/fold-card.tsx';
import { t } from '../kit/text.ts';
import { Item } from './form-item.tsx';
import { FIRST_HEADER } from './header-values.ts';
import type { RouteValues } from './route-values.ts';
import { SecretSelect } from './secret-select.tsx';
import { headerFault } from './values.ts';

const OPS = [
  { value: 'set', label: t('Set') },
  { value: 'add', label: t('Add') },
  { value: 'remove', label: t('Remove') },
];
const FROM = [
  { value: 'text', label: t('Text') },
  { value: 'secret', label: t('Secret') },
];

type Side = 'request_headers' | 'response_headers';

interface SideOf {
  form: UseFormReturn<RouteValues>;
  side: Side;
}

/** The fields a route writes and takes away, on the way there and back. */
export function HeaderFields({ form }: { form: UseFormReturn<RouteValues> }) {
  const [there, back] = useWatch({
    control: form.control,
    name: ['request_headers', 'response_headers'],
  });
  const count = there.length + back.length;
  const { errors } = form.formState;
  return (
    <FoldCard
      title={t('Headers')}
      about={count === 0 ? t('Pass as they are.') : t('{n} rules', { n: count })}
      open={count > 0}
      faulty={Boolean(errors.request_headers ?? errors.response_headers)}
    >
      <div className="flex flex-col gap-6">
        <HeaderList form={form} side="request_headers" />
        <HeaderList form={form} side="response_headers" />
      </div>
    </FoldCard>
  );
}

function HeaderList({ form, side }: SideOf) {
  const rules = useFieldArray({ control: form.control, name: side });
  const toUpstream = side === 'request_headers';
  return (
    <section aria-label={toUpstream ? t('To the upstream') : t('To the client')}>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-[0.8125rem] font-semibold">
          {toUpstream ? t('To the upstream') : t('To the client')}
        </h3>
        <Button size="sm" onClick={() => rules.append(FIRST_HEADER)}>
          <Plus aria-hidden />
          {t('Add header')}
        </Button>
      </div>
      <ul className="flex flex-col gap-4">
        {rules.fields.map((field, at) => (
          <Item
            key={field.id}
            name={t('Header {n}', { n: at + 1 })}
            onRemove={() => rules.remove(at)}
          >
            <HeaderRow form={form} side={side} at={at} />
          </Item>
        ))}
      </ul>
    </section>
  );
}

function HeaderRow({ form, side, at }: SideOf & { at: number }) {
  const rule = useWatch({ control: form.control, name: `${side}.${at}` });
  const writes = rule?.op !== 'remove';
  const mayBeSecret = side === 'request_headers';
  const secret = mayBeSecret && rule?.from === 'secret';
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-4">
      <SelectField form={form} name={`${side}.${at}.op`} label={t('Do')} options={OPS} />
      <TextField
        form={form}
        name={`${side}.${at}.name`}
        label={t('Header')}
        placeholder="x-example"
        required={t('Enter the name of a header')}
        check={headerFault}
      />
      {writes && mayBeSecret && (
        <SelectField form={form} name={`${side}.${at}.from`} label={t('From')} options={FROM} />
      )}
      {writes && !secret && (
        <TextField
          form={form}
          name={`${side}.${at}.value`}
          label={t('Value')}
          required={t('Enter a value')}
        />
      )}
      {writes && secret && <SecretFields form={form} at={at} />}
    </div>
  );
}

function SecretFields({ form, at }: { form: UseFormReturn<RouteValues>; at: number }) {
  return (
    <>
      <SecretSelect form={form} name={`request_headers.${at}.secret`} label={t('Secret')} />
      <TextField
        form={form}
        name={`request_headers.${at}.prefix`}
        label={t('Before it')}
        placeholder="Bearer "
        hint={t('Optional, with its space.')}
      />
    </>
  );
}
