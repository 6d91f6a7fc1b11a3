import { useState } from 'react';
import type { RouteTrial } from '@tollgate/billing-core/contract/route-trial.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card, Facts, PageHeader } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { outcomeLabel } from '../kit/usage/series.ts';
import { limitsInWords, openInWords, rulesInWords } from './trial-words.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
  value: method,
  label: method,
}));

/** What a gateway would do with a request, before anybody sends it. */
export function RouteTrialPage() {
  const [told, setTold] = useState<RouteTrial>();
  return (
    <>
      <PageHeader
        title={t('Test a path')}
        about={t('What gateways would do with a request. Nothing is sent, counted or billed.')}
        back={{ href: paths.adminRoutes, label: t('Routes') }}
      />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card title={t('Request')}>
          <TrialForm onTold={setTold} />
        </Card>
        <output aria-live="polite" className="block min-w-0">
          {told && <Told trial={told} />}
        </output>
      </div>
    </>
  );
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

function TrialForm({ onTold }: { onTold: (trial: RouteTrial) => void }) {
  const [search, merge] = useUrlState();
  const { method = 'GET', path = '', host = '', key_id = '', address = '' } = search;
  const trial = useApiForm({
    defaults: { method, path, host, key_id, address },
    submit: async (values) => {
      merge({ ...values });
      const body = {
        method: values.method,
        path: values.path.trim(),
        host: values.host.trim(),
        key_id: orNull(values.key_id),
        address: orNull(values.address),
      };
      onTold(await api<RouteTrial>('/v1/routes/trial', { method: 'POST', body }));
    },
  });
  const { form } = trial;
  return (
    <Form api={trial} label={t('Request')}>
      <div className="grid items-start gap-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
        <SelectField form={form} name="method" label={t('Method')} options={METHODS} />
        <TextField
          form={form}
          name="path"
          label={t('Path')}
          placeholder="/v1/users/7?page=2"
          autoComplete="off"
          spellCheck={false}
          required={t('Enter a path')}
        />
      </div>
      <TextField
        form={form}
        name="host"
        label={t('Host')}
        placeholder="api.example.com"
        autoComplete="off"
      />
      <TextField
        form={form}
        name="key_id"
        label={t('Key id')}
        placeholder="key_…"
        hint={t('Empty: what any key would meet. “Test a path” in a key’s menu fills it in.')}
        autoComplete="off"
      />
      <TextField
        form={form}
        name="address"
        label={t('Address of the client')}
        placeholder="203.0.113.7"
        hint={t('For routes and keys that are not open to every address.')}
        autoComplete="off"
      />
      <div className="flex justify-end">
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Test')}
        </Button>
      </div>
    </Form>
  );
}

function Told({ trial }: { trial: RouteTrial }) {
  const { refusal, allow, disabled } = trial;
  const open = openInWords(trial);
  return (
    <Card
      title={refusal ? t('Refused') : t('Forwarded')}
      about={refusal?.detail}
      actions={
        refusal ? (
          <Badge tone="warn">
            {refusal.status} {refusal.code}
          </Badge>
        ) : (
          <Badge tone={open === undefined ? 'ok' : 'neutral'}>
            {open === undefined ? t('Passes') : t('Depends')}
          </Badge>
        )
      }
    >
      <div className="flex flex-col gap-4">
        {open !== undefined && <p className="text-ink-soft">{open}</p>}
        {allow.length > 0 && <p>{t('The path takes {methods}.', { methods: allow.join(', ') })}</p>}
        {disabled.map(({ id, name }) => (
          <p key={id}>
            {t('This disabled route would match:')} <RouteLink id={id} name={name} />
          </p>
        ))}
        {trial.route && <TrialFacts trial={trial} route={trial.route} />}
      </div>
    </Card>
  );
}

function RouteLink({ id, name }: { id: string; name: string }) {
  return (
    <Link
      href={paths.adminRoute(id)}
      className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
    >
      {name}
    </Link>
  );
}

type FactsOf = { trial: RouteTrial; route: NonNullable<RouteTrial['route']> };

function TrialFacts({ trial, route }: FactsOf) {
  const { forwarded, billable_outcomes: billed } = trial;
  const { required_scopes: scopes, required_features: features } = trial;
  const several = forwarded.length > 1;
  const urls = forwarded.map(({ url, weight }) =>
    several ? t('{url} (weight {weight})', { url, weight }) : url,
  );
  const facts = [
    { name: t('Route'), value: <RouteLink id={route.id} name={route.name} /> },
    { name: t('Access'), value: route.public ? t('Public') : t('With a key') },
    { name: t('Asked of the upstream'), value: <Lines lines={urls} mono /> },
    { name: t('Required scopes'), value: scopes.join(', ') },
    { name: t('Required features'), value: features.join(', ') },
    { name: t('Counts'), value: <Lines lines={rulesInWords(trial)} /> },
    { name: t('Billed when'), value: billed.map(outcomeLabel).join(', ') },
    { name: t('Limits of the key'), value: <Lines lines={limitsInWords(trial)} /> },
  ];
  const empty = [
    forwarded.length === 0 && t('Asked of the upstream'),
    scopes.length === 0 && t('Required scopes'),
    features.length === 0 && t('Required features'),
    trial.metering.length === 0 && t('Counts'),
    billed.length === 0 && t('Billed when'),
    trial.rate_limit === null && trial.quotas.length === 0 && t('Limits of the key'),
  ];
  return <Facts facts={facts.filter(({ name }) => !empty.includes(name))} />;
}

function Lines({ lines, mono = false }: { lines: readonly string[]; mono?: boolean }) {
  return (
    <ul className={mono ? 'font-mono text-xs leading-5' : undefined}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
