import { Plus, Trash2 } from 'lucide-react';
import { useFieldArray, useWatch, type UseFormReturn } from 'react-hook-form';
import { Button, IconButton } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import type { RouteValues } from './route-values.ts';
import { FIRST_UPSTREAM } from './upstream-values.ts';
import { countFault } from './values.ts';

const PATHS = [
  { value: 'same', label: t('As it came') },
  { value: 'stripped', label: t('Without a prefix') },
  { value: 'rewritten', label: t('Rewritten') },
];

/** Where a route leads, and within which bounds. */
export function UpstreamFields({ form }: { form: UseFormReturn<RouteValues> }) {
  return (
    <Card title={t('Upstream')}>
      <div className="flex flex-col gap-4">
        <UpstreamList form={form} />
        <PathFields form={form} />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            form={form}
            name="timeout_ms"
            label={t('Timeout, ms')}
            inputMode="numeric"
            required={t('Enter a timeout')}
            check={countFault}
          />
          <TextField
            form={form}
            name="max_body_bytes"
            label={t('Body limit, bytes')}
            inputMode="numeric"
            hint={t('Empty: 10 MiB')}
            check={countFault}
          />
        </div>
      </div>
    </Card>
  );
}

/** The path goes upstream in one of three ways. */
function PathFields({ form }: { form: UseFormReturn<RouteValues> }) {
  const mode = useWatch({ control: form.control, name: 'path' });
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <SelectField form={form} name="path" label={t('Path upstream')} options={PATHS} />
      {mode === 'stripped' && (
        <TextField
          form={form}
          name="strip_prefix"
          label={t('Strip prefix')}
          placeholder="/v1"
          hint={t('Cut from the path.')}
          required={t('Enter a prefix')}
        />
      )}
      {mode === 'rewritten' && (
        <TextField
          form={form}
          name="rewrite_path"
          label={t('Rewrite to')}
          placeholder="/people/:id/*"
          hint={t('With :name and * of the pattern.')}
          required={t('Enter a path')}
        />
      )}
    </div>
  );
}

/** One upstream, as a rule; with several each has its weight. */
function UpstreamList({ form }: { form: UseFormReturn<RouteValues> }) {
  const list = useFieldArray({ control: form.control, name: 'upstreams' });
  const several = list.fields.length > 1;
  const numbered = (label: string, at: number): string => (at === 0 ? label : `${label} ${at + 1}`);
  return (
    <div className="flex flex-col gap-3">
      {list.fields.map((field, at) => (
        <div key={field.id} className="flex items-start gap-2">
          <div className="min-w-0 grow">
            <TextField
              form={form}
              name={`upstreams.${at}.url`}
              label={numbered(t('Upstream URL'), at)}
              type="url"
              placeholder="https://api.internal.example"
              required={t('Enter a URL')}
              check={(value) => (URL.canParse(value) ? undefined : t('This is not a URL'))}
            />
          </div>
          {several && (
            <div className="w-20 shrink-0">
              <TextField
                form={form}
                name={`upstreams.${at}.weight`}
                label={numbered(t('Weight'), at)}
                inputMode="numeric"
                required={t('Enter a weight')}
                check={countFault}
              />
            </div>
          )}
          {several && (
            <IconButton
              label={t('Remove upstream {n}', { n: at + 1 })}
              onClick={() => list.remove(at)}
              className="mt-6"
            >
              <Trash2 aria-hidden />
            </IconButton>
          )}
        </div>
      ))}
      <div>
        <Button size="sm" onClick={() => list.append(FIRST_UPSTREAM)}>
          <Plus aria-hidden />
          {t('Add upstream')}
        </Button>
      </div>
    </div>
  );
}
