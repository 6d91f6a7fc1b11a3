import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Branding, ShownBranding } from '@tollgate/billing-core/contract/branding.ts';
import { useWatch, type UseFormReturn } from 'react-hook-form';
import { shadesOf } from '../kit/accent.ts';
import { api } from '../kit/api.ts';
import { settingsQuery } from '../kit/brand.ts';
import { Button } from '../kit/button.tsx';
import { CheckboxField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

import { LogoCard } from './branding-logo.tsx';

const PATH = '/v1/branding';
const KEY = ['admin', 'branding'];
const FIRST_COLOUR = '#3451b2';

interface Values {
  name: string;
  coloured: boolean;
  accent: string;
  support: string;
}

const valuesOf = ({ name, accent, support }: Branding): Values => ({
  name: name ?? '',
  coloured: accent !== null,
  accent: accent ?? FIRST_COLOUR,
  support: support ?? '',
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** What the business is called and looks like, to those who use its portal. */
export function BrandingPage() {
  const queries = useQueryClient();
  const branding = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api<ShownBranding>(PATH, { signal }),
  });
  return (
    <>
      <PageHeader
        title={t('Branding')}
        about={t('What customers see above the portal, when they sign in, and below e-mails.')}
      />
      <Loaded query={branding} skeleton={<FactsSkeleton facts={3} />}>
        {(known) => (
          <>
            <BrandingForm branding={known} />
            <LogoCard logo={known.logo} onChanged={(saved) => queries.setQueryData(KEY, saved)} />
          </>
        )}
      </Loaded>
    </>
  );
}

function BrandingForm({ branding }: { branding: Branding }) {
  const queries = useQueryClient();
  const edit = useApiForm<Values>({
    defaults: valuesOf(branding),
    submit: async ({ coloured, ...values }) => {
      const body: Branding = {
        name: orNull(values.name),
        accent: coloured ? values.accent : null,
        support: orNull(values.support),
      };
      const saved = await api<ShownBranding>(PATH, { method: 'PUT', body });
      queries.setQueryData(KEY, saved);
      edit.form.reset(valuesOf(saved));
      await queries.invalidateQueries({ queryKey: settingsQuery.queryKey });
      toast.done(t('Branding saved'));
    },
  });
  const { form } = edit;
  return (
    <Card className="max-w-2xl">
      <Form api={edit} label={t('Branding')}>
        <TextField
          form={form}
          name="name"
          label={t('Name of the business')}
          hint={t('Left empty: Tollgate. On invoices where billing settings name no sender.')}
          autoComplete="organization"
        />
        <Colour form={form} />
        <TextField
          form={form}
          name="support"
          label={t('Support')}
          placeholder="help@example.com"
          hint={t('An e-mail address or an https URL; left empty: none.')}
          autoComplete="off"
        />
        <div className="flex justify-end">
          <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
            {t('Save')}
          </Button>
        </div>
      </Form>
    </Card>
  );
}

function Colour({ form }: { form: UseFormReturn<Values> }) {
  const [coloured, accent] = useWatch({ control: form.control, name: ['coloured', 'accent'] });
  return (
    <div className="flex flex-col gap-3">
      <CheckboxField form={form} name="coloured" label={t('A colour of your own')} />
      {coloured && (
        <>
          <TextField
            form={form}
            name="accent"
            type="color"
            className="max-w-24 p-1"
            label={t('Accent colour')}
            hint={t('It is shown as light or dark as can be read in each theme.')}
          />
          <Shown accent={accent} />
        </>
      )}
    </div>
  );
}

/** Both themes at once, whichever the reader is in. */
function Shown({ accent }: { accent: string }) {
  const { light, dark } = shadesOf(accent);
  const themes = [
    { name: t('Light'), ground: '#ffffff', shades: light },
    { name: t('Dark'), ground: '#181b22', shades: dark },
  ];
  return (
    <ul aria-label={t('As it is shown')} className="flex flex-wrap gap-3">
      {themes.map(({ name, ground, shades }) => (
        <li
          key={name}
          ref={(at) => at?.style.setProperty('background', ground)}
          className="flex items-center gap-3 rounded-md border border-line px-3 py-2"
        >
          <span
            ref={(at) => {
              at?.style.setProperty('background', shades.accent);
              at?.style.setProperty('color', shades.ink);
            }}
            className="rounded-md px-3 py-1.5 text-[0.8125rem] font-medium"
          >
            {name}
          </span>
          <code
            ref={(at) => at?.style.setProperty('color', shades.accent)}
            className="font-mono text-xs"
          >
            {shades.accent}
          </code>
        </li>
      ))}
    </ul>
  );
}
