import { BarChart3, Table2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Button } from './button.tsx';
import { ChartSkeleton, TableSkeleton } from './skeleton.tsx';
import { t } from './text.ts';

export interface Series {
  id: string;
  label: string;
  /** Index of a chart colour, 1 to 6; series with errors also get a hatch. */
  colour: number;
  hatched?: boolean;
}

export interface Point {
  /** Names the bucket on the axis and in the table. */
  label: string;
  start: string;
  values: Readonly<Record<string, number>>;
  /** All of it in the bucket that stood in its place in the time before. */
  before?: number | undefined;
}

/** A value across the chart that one may want to stay under. */
export interface Threshold {
  label: string;
  at: number;
}

export interface ChartProps {
  /** What is counted: 'Requests'. */
  title: string;
  /** The chart in one sentence, for those who don't see it. */
  summary: string;
  series: readonly Series[];
  points: readonly Point[];
  /** What the points' `before` are of: 'The 7 days before'. */
  beforeLabel?: string | undefined;
  thresholds?: readonly Threshold[];
  /** Series that do not add up stand beside one another. */
  apart?: boolean;
}

const Plot = lazy(async () => ({ default: (await import('./chart-plot.tsx')).ChartPlot }));

const AsTable = lazy(async () => ({ default: (await import('./chart-table.tsx')).ChartTable }));

/** Stacked bars with a legend, a sentence and a table. Drawing and table load on their own. */
export function Chart(props: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <Legend {...props} />
        <Button
          tone="quiet"
          size="sm"
          className="-mr-2 ml-auto"
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? <BarChart3 aria-hidden /> : <Table2 aria-hidden />}
          {asTable ? t('View as chart') : t('View as table')}
        </Button>
      </div>
      {asTable ? (
        <div className="-mx-4 sm:-mx-5">
          <Suspense fallback={<TableSkeleton />}>
            <AsTable {...props} />
          </Suspense>
        </div>
      ) : (
        <div className="h-56" role="img" aria-label={props.summary}>
          <Suspense fallback={<ChartSkeleton />}>
            <Plot {...props} />
          </Suspense>
        </div>
      )}
      <figcaption className="mt-2 text-[0.8125rem] text-ink-soft">{props.summary}</figcaption>
    </figure>
  );
}

function Legend({ series, beforeLabel, thresholds = [] }: ChartProps) {
  const lines = [
    ...(beforeLabel === undefined ? [] : [{ label: beforeLabel, dash: BEFORE_DASH }]),
    ...thresholds.map(({ label }) => ({ label, dash: THRESHOLD_DASH })),
  ];
  return (
    <ul className="flex min-w-0 flex-wrap gap-x-4 gap-y-1 text-[0.8125rem]">
      {series.map((one) => (
        <li key={one.id} title={one.label} className="flex min-w-0 items-center gap-1.5">
          <Swatch series={one} />
          <span className="max-w-60 truncate">{one.label}</span>
        </li>
      ))}
      {lines.map(({ label, dash }) => (
        <li key={label} title={label} className="flex min-w-0 items-center gap-1.5">
          <svg aria-hidden viewBox="0 0 16 10" className="h-2.5 w-4 shrink-0">
            <path d="M0 5H16" stroke="var(--ink-soft)" strokeWidth="2" strokeDasharray={dash} />
          </svg>
          <span className="max-w-60 truncate">{label}</span>
        </li>
      ))}
    </ul>
  );
}

/** Lines are told apart by their dashes, as bars by their hatches. */
export const BEFORE_DASH = '2 2';
export const THRESHOLD_DASH = '6 3';

export function Swatch({ series }: { series: Series }) {
  return (
    <svg aria-hidden viewBox="0 0 10 10" className="size-2.5 shrink-0 overflow-hidden rounded-xs">
      <rect width="10" height="10" fill={`var(--chart-${series.colour})`} />
      {series.hatched === true && (
        <path
          d="M-1 6 6 -1M-1 11 11 -1M4 11 11 4"
          stroke="var(--surface)"
          strokeWidth="1.6"
          aria-hidden
        />
      )}
    </svg>
  );
}
