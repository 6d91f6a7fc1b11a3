import { t } from '../kit/text.ts';

type Row = Readonly<Record<string, unknown>>;

interface ChangedFieldsProps {
  /** Null: it is new. */
  before: Row | null;
  /** Null: it is gone. */
  after: Row | null;
}

const valueText = (value: unknown): string =>
  value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);

/** What was changed, or is to be, field by field: before and after. */
export function ChangedFields({ before, after }: ChangedFieldsProps) {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <dl className="divide-y divide-line rounded-md border border-line">
      {fields.map((field) => (
        <div key={field} className="grid gap-x-4 gap-y-1 px-3 py-2 sm:grid-cols-[9rem_1fr]">
          <dt className="font-mono text-xs break-all text-ink-soft">{field}</dt>
          <dd className="flex min-w-0 flex-col gap-0.5 font-mono text-xs wrap-anywhere">
            {before !== null && (
              <del className="rounded bg-danger-soft px-1 text-danger">
                <span className="sr-only">{t('before')}: </span>
                {valueText(before[field])}
              </del>
            )}
            {after !== null && (
              <ins className="rounded bg-ok-soft px-1 text-ok no-underline">
                <span className="sr-only">{t('after')}: </span>
                {valueText(after[field])}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
