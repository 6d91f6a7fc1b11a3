import { useState } from 'react';
import { api } from '../api.ts';
import type { CreatedKey } from '@tollgate/billing-core/contract/key.ts';
import { Button } from '../button.tsx';
import { isoFromNow } from '../clock.ts';
import { Dialog, DialogActions } from '../dialog.tsx';
import { CheckboxField, SelectField, TextField } from '../field.tsx';
import { Fold } from '../fold.tsx';
import { Form, useApiForm } from '../form.tsx';
import { KnownChoices } from '../known-choices.tsx';
import type { Query } from '../query.tsx';
import { FactsSkeleton } from '../skeleton.tsx';
import { t } from '../text.ts';
import { listOf } from './key-limits.ts';
import { markedRoutes, RouteFields, routeMarks, type KeyLimits } from './route-fields.tsx';
import { ScopeFields } from './scope-fields.tsx';
import { SecretDialog } from './secret-once.tsx';

const DAY_MS = 86_400_000;

const MODES = [
  { value: 'live', label: t('Live') },
  { value: 'test', label: t('Test') },
];

const LIFETIMES = [
  { value: '', label: t('Never') },
  { value: '30', label: t('In 30 days') },
  { value: '90', label: t('In 90 days') },
  { value: '365', label: t('In 1 year') },
];

interface CreateKeyProps {
  open: boolean;
  /** Where keys are made: the customer's own side, or the admin's. */
  path: string;
  /** There is no form before it is known: without, a key would be for everything. */
  limits: Query<KeyLimits>;
  onClose: () => void;
  onCreated: () => void;
}

/** Makes a key, then shows its secret the only time anyone can see it. */
export function CreateKeyDialog(props: CreateKeyProps) {
  const { open, path, limits, onClose, onCreated } = props;
  const [created, setCreated] = useState<CreatedKey>();
  function leave(): void {
    setCreated(undefined);
    onClose();
  }
  if (created !== undefined) {
    return (
      <SecretDialog
        secret={open ? created.secret : undefined}
        title={t('Copy your key now')}
        about={t('This is the only time it is shown. We store a fingerprint of it, not the key.')}
        onLeave={leave}
      />
    );
  }
  return (
    <Dialog
      open={open}
      onClose={leave}
      title={t('Create a key')}
      about={t('Whoever holds the key can send requests that you pay for.')}
    >
      <KnownChoices
        label={t('What a key may')}
        query={limits}
        pending={<FactsSkeleton facts={4} />}
      >
        {(known) => (
          <CreateKeyForm
            path={path}
            {...known}
            onCancel={leave}
            onCreated={(key) => {
              setCreated(key);
              onCreated();
            }}
          />
        )}
      </KnownChoices>
    </Dialog>
  );
}

interface CreateKeyFormProps extends KeyLimits {
  path: string;
  onCancel: () => void;
  onCreated: (key: CreatedKey) => void;
}

function useCreate({ path, scopes, routes, onCreated }: Omit<CreateKeyFormProps, 'onCancel'>) {
  return useApiForm({
    defaults: {
      name: '',
      mode: 'live',
      lifetimeDays: '',
      ip_allow: '',
      scopes: scopes.map((scope) => ({ scope, given: true })),
      routes: routeMarks(routes, []),
    },
    rename: (field) =>
      field === 'expires_at' ? 'lifetimeDays' : field.replace(/^ip_allow\..*/, 'ip_allow'),
    submit: async ({ lifetimeDays, ip_allow, ...values }, idempotencyKey) => {
      const expires = lifetimeDays !== '' && isoFromNow(Number(lifetimeDays) * DAY_MS);
      const body = {
        name: values.name,
        mode: values.mode,
        ip_allow: listOf(ip_allow),
        route_ids: markedRoutes(values.routes),
        scopes: values.scopes.filter(({ given }) => given).map(({ scope }) => scope),
        ...(expires !== false && { expires_at: expires }),
      };
      onCreated(await api<CreatedKey>(path, { method: 'POST', body, idempotencyKey }));
    },
  });
}

function CreateKeyForm({ path, scopes, routes, onCancel, onCreated }: CreateKeyFormProps) {
  const create = useCreate({ path, scopes, routes, onCreated });
  const { form } = create;
  return (
    <Form api={create} label={t('Create a key')}>
      <TextField
        form={form}
        name="name"
        label={t('Name')}
        hint={t('Where it will be used: “Production server”, “Ada’s laptop”.')}
        autoComplete="off"
        required={t('Enter a name')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField form={form} name="mode" label={t('Mode')} options={MODES} />
        <SelectField form={form} name="lifetimeDays" label={t('Expires')} options={LIFETIMES} />
      </div>
      <ScopeFields scopes={scopes}>
        {(scope, at) => (
          <CheckboxField key={scope} form={form} name={`scopes.${at}.given`} label={scope} />
        )}
      </ScopeFields>
      <Fold summary={t('Restrict')} open={form.formState.errors.ip_allow !== undefined}>
        <div className="flex flex-col gap-4">
          <TextField
            form={form}
            name="ip_allow"
            label={t('Only from')}
            placeholder="203.0.113.7, 2001:db8::/32"
            hint={t('Addresses and CIDR ranges; empty: from everywhere.')}
            autoComplete="off"
          />
          <RouteFields routes={routes}>
            {({ id, name }, at) => (
              <CheckboxField key={id} form={form} name={`routes.${at}.given`} label={name} />
            )}
          </RouteFields>
        </div>
      </Fold>
      <DialogActions>
        <Button onClick={onCancel}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Create key')}
        </Button>
      </DialogActions>
    </Form>
  );
}
