import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { api } from '../api.ts';
import { Button } from '../button.tsx';
import { Dialog, DialogActions } from '../dialog.tsx';
import { CheckboxField, TextField } from '../field.tsx';
import { Form, useApiForm } from '../form.tsx';
import { localInput, localInstant, zoneName } from '../format.ts';
import { KnownChoices } from '../known-choices.tsx';
import type { Query } from '../query.tsx';
import { FactsSkeleton } from '../skeleton.tsx';
import { t } from '../text.ts';
import { toast } from '../toast.tsx';
import { listOf } from './key-limits.ts';
import {
  markedRoutes,
  RouteFields,
  routeMarks,
  type KeyLimits,
  type RouteMark,
} from './route-fields.tsx';
import { ScopeFields } from './scope-fields.tsx';

interface EditKeyProps {
  apiKey: ApiKey | undefined;
  path: (keyId: string) => string;
  /** There is no form before it is known. */
  limits: Query<KeyLimits>;
  onClose: () => void;
  onSaved: () => void;
}

/** Changes what a key is called, what it may, from where, and until when. */
export function EditKeyDialog({ apiKey, limits, ...edit }: EditKeyProps) {
  return (
    <Dialog
      open={apiKey !== undefined}
      onClose={edit.onClose}
      title={t('Change “{name}”', { name: apiKey?.name ?? '' })}
      about={t('Gateways know it within a second. Its secret stays.')}
    >
      {apiKey && (
        <KnownChoices
          label={t('What a key may')}
          query={limits}
          pending={<FactsSkeleton facts={4} />}
        >
          {(known) => <EditForm {...edit} {...known} apiKey={apiKey} />}
        </KnownChoices>
      )}
    </Dialog>
  );
}

const LISTS = /^(ip_allow|ip_deny)\..*/;

type EditFormProps = Omit<EditKeyProps, 'limits'> & KeyLimits & { apiKey: ApiKey };

function useEdit(props: EditFormProps, offered: readonly string[], routes: RouteMark[]) {
  const { apiKey, path, onClose, onSaved } = props;
  return useApiForm({
    defaults: {
      name: apiKey.name,
      expires_at: apiKey.expires_at === null ? '' : localInput(apiKey.expires_at),
      ip_allow: apiKey.ip_allow.join(', '),
      ip_deny: apiKey.ip_deny.join(', '),
      scopes: offered.map((scope) => ({ scope, given: apiKey.scopes.includes(scope) })),
      routes,
    },
    rename: (field) => field.replace(LISTS, '$1'),
    submit: async ({ expires_at: until, ...values }) => {
      const expires_at = until === '' ? null : (localInstant(until) ?? until);
      // To the minute: a time that nobody touched is none to change.
      const isSame = until === (apiKey.expires_at === null ? '' : localInput(apiKey.expires_at));
      const body = {
        name: values.name,
        ip_allow: listOf(values.ip_allow),
        ip_deny: listOf(values.ip_deny),
        route_ids: markedRoutes(values.routes),
        scopes: values.scopes.filter(({ given }) => given).map(({ scope }) => scope),
        ...(!isSame && { expires_at }),
      };
      await api(path(apiKey.id), { method: 'PATCH', body });
      toast.done(t('Key changed'), { description: values.name });
      onSaved();
      onClose();
    },
  });
}

function EditForm(props: EditFormProps) {
  const { apiKey, onClose } = props;
  const offered = [...new Set([...props.scopes, ...apiKey.scopes])];
  const routes = routeMarks(props.routes, apiKey.route_ids);
  const edit = useEdit(props, offered, routes);
  const { form } = edit;
  return (
    <Form api={edit} label={t('Change the key')}>
      <TextField form={form} name="name" label={t('Name')} required={t('Enter a name')} />
      <TextField
        form={form}
        name="expires_at"
        type="datetime-local"
        label={t('Expires ({zone})', { zone: zoneName() })}
        hint={t('Left empty: never.')}
      />
      <ScopeFields scopes={offered}>
        {(scope, at) => (
          <CheckboxField key={scope} form={form} name={`scopes.${at}.given`} label={scope} />
        )}
      </ScopeFields>
      <TextField
        form={form}
        name="ip_allow"
        label={t('Only from')}
        placeholder="203.0.113.7, 2001:db8::/32"
        hint={t('Addresses and CIDR ranges; empty: from everywhere.')}
        autoComplete="off"
      />
      <TextField
        form={form}
        name="ip_deny"
        label={t('Never from')}
        hint={t('Goes before “Only from”.')}
        autoComplete="off"
      />
      <RouteFields routes={routes}>
        {({ id, name }, at) => (
          <CheckboxField key={id} form={form} name={`routes.${at}.given`} label={name} />
        )}
      </RouteFields>
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Save')}
        </Button>
      </DialogActions>
    </Form>
  );
}
