import { useMemo } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { CheckboxField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { outcomeLabel } from '../kit/usage/series.ts';
import { AccessFields, CorsFields } from './route-access.tsx';
import { routeChanges } from './route-changes.ts';
import { FailureFields } from './route-failure.tsx';
import { HeaderFields } from './route-headers.tsx';
import { MeteringFields } from './route-metering.tsx';
import { useSaveQuestion } from './route-save.tsx';
import { TlsFields } from './route-tls.tsx';
import { TokenFields } from './route-tokens.tsx';
import { UpstreamFields } from './route-upstream.tsx';
import { OUTCOMES, toRouteBody, toRouteValues, type RouteValues } from './route-values.ts';

interface RouteFormProps {
  route: Route | undefined;
  saveLabel: string;
  onSave: (body: unknown, idempotencyKey: string) => Promise<void>;
}

// One text in the form where the API has a list.
const LISTS = [
  'methods',
  'required_scopes',
  'required_features',
  'ip_allow',
  'ip_deny',
  'retries.statuses',
];
const CORS_LISTS = ['cors.origins', 'cors.headers', 'cors.expose'];
const TOKEN_LISTS = ['jwt.audience', 'jwt.algorithms'];

/** The field of the form that holds what the API calls so. */
const fieldOf = (path: string): string =>
  [...LISTS, ...CORS_LISTS, ...TOKEN_LISTS].find((list) => path.startsWith(`${list}.`)) ?? path;

/** The editor of a route: what it matches, where it leads, what it meters and bills. */
export function RouteForm({ route, saveLabel, onSave }: RouteFormProps) {
  const defaults = useMemo(() => toRouteValues(route), [route]);
  const question = useSaveQuestion();
  const edit = useApiForm<RouteValues>({
    defaults,
    rename: fieldOf,
    submit: async (values, idempotencyKey) => {
      const body = toRouteBody(values);
      if (route !== undefined) {
        const changes = routeChanges(toRouteBody(defaults), body);
        if (Object.keys(changes.after).length === 0) return toast.done(t('Nothing was changed'));
        if (!(await question.ask(changes))) return;
      }
      await onSave(body, idempotencyKey);
    },
  });
  const { form } = edit;
  return (
    <Form api={edit} label={t('Route')}>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <MatchFields form={form} />
        <UpstreamFields form={form} />
      </div>
      <MeteringFields form={form} />
      <Card
        title={t('Billable outcomes')}
        about={t('Every outcome is recorded; these are billed and spend quota.')}
      >
        <div className="grid gap-2.5 sm:grid-cols-3">
          {OUTCOMES.map((outcome) => (
            <CheckboxField
              key={outcome}
              form={form}
              name={`billable.${outcome}`}
              label={outcomeLabel(outcome)}
            />
          ))}
        </div>
        <div className="mt-4 flex flex-col gap-3 border-t border-line pt-4">
          <CheckboxField
            form={form}
            name="billed_once"
            label={t('Bill requests with the same Idempotency-Key once')}
            hint={t('Within 24 hours, for one method, path and query; upstreams get each of them.')}
          />
          <CheckboxField
            form={form}
            name="cost_headers"
            label={t('Tell clients what a request costs')}
            hint={t('In units, with each answer: X-Tollgate-Cost.')}
          />
        </div>
      </Card>
      <AccessFields form={form} />
      <TlsFields form={form} />
      <FailureFields form={form} />
      <HeaderFields form={form} />
      <CorsFields form={form} />
      <TokenFields form={form} />
      <div className="flex flex-wrap justify-end gap-2">
        <ButtonLink href={paths.adminRoutes}>{t('Cancel')}</ButtonLink>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {saveLabel}
        </Button>
      </div>
      {question.dialog}
    </Form>
  );
}

function MatchFields({ form }: { form: UseFormReturn<RouteValues> }) {
  return (
    <Card title={t('Matches')}>
      <div className="flex flex-col gap-4">
        <TextField form={form} name="name" label={t('Name')} required={t('Enter a name')} />
        <TextField
          form={form}
          name="path_pattern"
          label={t('Path pattern')}
          placeholder="/v1/echo/*"
          hint={t('A last * stands for the rest, :name for one segment.')}
          required={t('Enter a path')}
          check={(value) => (value.startsWith('/') ? undefined : t('A path begins with /'))}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            form={form}
            name="methods"
            label={t('Methods')}
            hint={t('GET, POST; * is every method')}
          />
          <TextField
            form={form}
            name="host"
            label={t('Host')}
            hint={t('* is every host; *.example.com')}
            required={t('Enter a host or *')}
          />
        </div>
        <CheckboxField
          form={form}
          name="public"
          label={t('Public')}
          hint={t('Without a key: neither metered nor billed.')}
        />
      </div>
    </Card>
  );
}
