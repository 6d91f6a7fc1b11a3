import type { UsageGroupBy } from '../api-types.ts';
import { Choice } from '../choice.tsx';
import { CONTROL, Field } from '../field.tsx';
import { localInput, localInstant } from '../format.ts';
import { UnreadChoices } from '../known-choices.tsx';
import { useUrlState } from '../link.tsx';
import { meterLabel } from '../meter-label.ts';
import type { Query } from '../query.tsx';
import { t } from '../text.ts';
import { BEFORE, comparesOf } from './compare.ts';
import { fittingIntervals, rangeOf, type Range, type RangeId } from './range.ts';

/** What could be chosen from, where it may not have been read. */
export type AskedFacets = readonly { label: string; query: Query<unknown> }[];

export interface UsageFacets {
  meters: readonly { id: string; slug: string; name: string }[];
  keys: readonly { id: string; name: string }[];
  routes: readonly { id: string; name: string }[];
}

const RANGES: readonly { value: RangeId; label: string }[] = [
  { value: '1h', label: t('Last hour') },
  { value: '24h', label: t('Last 24 hours') },
  { value: '7d', label: t('Last 7 days') },
  { value: '30d', label: t('Last 30 days') },
  { value: 'custom', label: t('Custom') },
];

const GROUPS: readonly { value: UsageGroupBy; label: string }[] = [
  { value: 'outcome', label: t('Outcome') },
  { value: 'route', label: t('Route') },
  { value: 'key', label: t('Key') },
  { value: 'meter', label: t('Meter') },
  { value: 'none', label: t('Nothing') },
];

const INTERVALS = { minute: t('Minute'), hour: t('Hour'), day: t('Day') };

/** @returns how rows are grouped, by the URL; outcomes unless it says otherwise. */
export function groupOf(value: string | undefined): UsageGroupBy {
  return GROUPS.find((group) => group.value === value)?.value ?? 'outcome';
}

const COMPARED = [
  { value: '', label: t('Nothing') },
  { value: BEFORE, label: t('The time before') },
];

interface FilterProps {
  facets: UsageFacets;
  asked: AskedFacets;
  range: Range;
  /** Whether meters can be told apart: not where the page is about one. */
  byMeter: boolean;
}

/** Range, meter, grouping and filters; all of it lives in the URL. */
export function UsageFilters({ facets, asked, range, byMeter }: FilterProps) {
  const [search, merge] = useUrlState();
  const id = rangeOf(search['range']);
  const toCustom = { range: 'custom', from: range.from, to: range.to, interval: undefined };
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Choice
        label={t('Range')}
        value={id}
        options={RANGES}
        onChange={(value) =>
          merge(
            value === 'custom'
              ? toCustom
              : { range: value, from: undefined, to: undefined, interval: undefined },
          )
        }
      />
      {id === 'custom' && <CustomRange range={range} />}
      <Choice
        label={t('Interval')}
        value={range.interval}
        options={fittingIntervals(range).map((value) => ({ value, label: INTERVALS[value] }))}
        onChange={(value) => merge({ interval: value })}
      />
      <Choice
        label={t('Group by')}
        value={groupOf(search['group_by'])}
        options={GROUPS.filter(({ value }) => value !== 'meter' || byMeter)}
        onChange={(value) => merge({ group_by: value })}
      />
      {groupOf(search['group_by']) !== 'meter' && (
        <Choice
          label={t('Compare with')}
          value={comparesOf(search['compare']) ? BEFORE : ''}
          options={COMPARED}
          onChange={(value) => merge({ compare: value })}
        />
      )}
      {facets.meters.length > 1 && (
        <Choice
          label={t('Meter')}
          value={search['meter'] ?? 'requests'}
          options={facets.meters.map((meter) => ({
            value: meter.slug,
            label: meterLabel(meter, facets.meters),
          }))}
          onChange={(value) => merge({ meter: value })}
        />
      )}
      <Facet name="route_id" label={t('Route')} all={t('All routes')} options={facets.routes} />
      <Facet name="key_id" label={t('Key')} all={t('All keys')} options={facets.keys} />
      {asked.map(({ label, query }) => (
        <UnreadChoices key={label} label={label} query={query} />
      ))}
    </div>
  );
}

interface FacetProps {
  name: string;
  label: string;
  all: string;
  options: readonly { id: string; name: string }[];
}

function Facet({ name, label, all, options }: FacetProps) {
  const [search, merge] = useUrlState();
  const value = search[name] ?? '';
  const known = options.some((option) => option.id === value);
  if (options.length < 2 && value === '') return null;
  return (
    <Choice
      label={label}
      value={value}
      options={[
        { value: '', label: all },
        ...options.map((option) => ({ value: option.id, label: option.name })),
        ...(value !== '' && !known ? [{ value, label: value }] : []),
      ]}
      onChange={(chosen) => merge({ [name]: chosen })}
    />
  );
}

function CustomRange({ range }: { range: Range }) {
  const [, merge] = useUrlState();
  function set(name: 'from' | 'to', local: string): void {
    const at = localInstant(local);
    if (at !== undefined) merge({ [name]: at });
  }
  return (
    <>
      {(['from', 'to'] as const).map((name) => (
        <Field key={name} label={name === 'from' ? t('From') : t('To')}>
          {(wiring) => (
            <input
              {...wiring}
              type="datetime-local"
              className={`${CONTROL} h-9`}
              defaultValue={localInput(range[name])}
              key={range[name]}
              onBlur={(event) => set(name, event.target.value)}
            />
          )}
        </Field>
      ))}
    </>
  );
}
