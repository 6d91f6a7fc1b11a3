import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { RequestId, tell } from './error-panel.tsx';
import { CONTROL, Field } from './field.tsx';
import { useHold } from './form-hold.ts';
import type { Query } from './query.tsx';
import { t } from './text.ts';

type Asked<Data> = Pick<Query<Data>, 'data' | 'error' | 'isError' | 'refetch'>;

interface KnownProps<Data> {
  /** What is chosen: the field's name. */
  label: string;
  query: Asked<Data>;
  /** Stands there until the choices come; else a field of that name that cannot be used yet. */
  pending?: ReactNode;
  children: (data: Data) => ReactNode;
}

/**
 * The one way to a field whose choices are read. Choices that could not be read are no empty
 * list: it says so, with Retry, and the form around it is not sent as if nothing were chosen.
 */
export function KnownChoices<Data>({ label, query, pending, children }: KnownProps<Data>) {
  useHold(label, query.data === undefined);
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <UnreadChoices label={label} query={query} />;
  return pending === undefined ? <Awaited label={label} /> : pending;
}

function Awaited({ label }: { label: string }) {
  return (
    <Field label={label}>
      {(wiring) => (
        <select {...wiring} disabled className={`${CONTROL} h-9`}>
          <option>{t('Loading')}</option>
        </select>
      )}
    </Field>
  );
}

/** Says that choices could not be read; nothing while they may come, and where they have come. */
export function UnreadChoices({ label, query }: { label: string; query: Asked<unknown> }) {
  if (!query.isError || query.data !== undefined) return null;
  const { title, requestId } = tell(query.error);
  return (
    <div role="alert" className="flex min-w-0 flex-col gap-1.5">
      <p className="text-[0.8125rem] font-medium">{label}</p>
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5 rounded-md bg-danger-soft px-3 py-2 text-[0.8125rem] text-danger">
        <div className="min-w-0">
          <p>{t('The choices could not be read: {why}.', { why: title })}</p>
          {requestId !== undefined && <RequestId id={requestId} />}
        </div>
        <Button
          size="sm"
          aria-label={t('Retry: {what}', { what: label })}
          onClick={() => void query.refetch()}
        >
          {t('Retry')}
        </Button>
      </div>
    </div>
  );
}
