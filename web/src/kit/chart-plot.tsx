import { useId } from 'react';
import {
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type TooltipContentProps,
} from 'recharts';
import {
  BEFORE_DASH,
  Swatch,
  THRESHOLD_DASH,
  type ChartProps,
  type Point,
  type Series,
} from './chart.tsx';
import { timeAxis } from './axis.ts';
import { formatCompact, formatInstant, formatNumber } from './format.ts';
import { t } from './text.ts';
import { zoneOffsetMs } from './zone.ts';

/** Below this an axis would have fractions of requests. */
const SCALE_MIN = 4;
const TICK = { fill: 'var(--ink-soft)', fontSize: 12 };

/** The drawing itself; `Chart` loads this file when a chart is first in view. */
export function ChartPlot(props: ChartProps) {
  const { series, points } = props;
  const id = useId();
  const axis = timeAxis(
    points.map((point) => point.start),
    (atMs) => zoneOffsetMs(atMs),
  );
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 224 }}>
      <ComposedChart
        data={[...points]}
        margin={{ top: 4, right: 0, bottom: 0, left: 0 }}
        barCategoryGap="18%"
        accessibilityLayer={false}
      >
        <defs>
          {series.map((one) => (
            <Hatch key={one.id} id={`${id}-${one.colour}`} colour={one.colour} />
          ))}
        </defs>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="start"
          ticks={axis.ticks}
          tickFormatter={axis.label}
          interval="equidistantPreserveStart"
          tick={TICK}
          tickLine={false}
          axisLine={{ stroke: 'var(--line)' }}
          minTickGap={28}
        />
        <YAxis
          tick={TICK}
          tickLine={false}
          axisLine={false}
          width={40}
          allowDecimals={false}
          tickFormatter={formatCompact}
          domain={[0, topOf(props)]}
        />
        <Tooltip
          cursor={{ fill: 'var(--sunken)' }}
          isAnimationActive={false}
          content={(hint) => <Hint {...hint} chart={props} />}
        />
        {barsOf(props, id)}
        {linesOf(props)}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

/** Elements and no components: the chart looks at the kinds of its children. */
function barsOf({ series, apart = false }: ChartProps, id: string) {
  return series.map((one) => (
    <Bar
      key={one.id}
      dataKey={(point: Point) => point.values[one.id] ?? 0}
      name={one.label}
      {...(!apart && { stackId: 'all' })}
      fill={one.hatched === true ? `url(#${id}-${one.colour})` : `var(--chart-${one.colour})`}
      isAnimationActive={false}
      maxBarSize={36}
    />
  ));
}

function linesOf({ beforeLabel, thresholds = [] }: ChartProps) {
  return [
    beforeLabel !== undefined && (
      <Line
        key="before"
        dataKey="before"
        name={beforeLabel}
        stroke="var(--ink-soft)"
        strokeWidth={1.5}
        strokeDasharray={BEFORE_DASH}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
      />
    ),
    ...thresholds.map(({ label, at }) => (
      <ReferenceLine key={label} y={at} stroke="var(--ink-soft)" strokeDasharray={THRESHOLD_DASH} />
    )),
  ];
}

/** How far a threshold may lie above the bars: further off it would make them flat. */
const THRESHOLD_SEEN = 4;

function topOf({ series, points, thresholds = [] }: ChartProps): number | 'auto' {
  const most = Math.max(
    SCALE_MIN,
    ...points.map((point) => Math.max(totalOf(point, series), point.before ?? 0)),
  );
  const seen = thresholds.map(({ at }) => at).filter((at) => at <= most * THRESHOLD_SEEN);
  const top = Math.max(most, ...seen);
  return top > most || most === SCALE_MIN ? top : 'auto';
}

function totalOf(point: Point, series: readonly Series[]): number {
  return series.reduce((sum, one) => sum + (point.values[one.id] ?? 0), 0);
}

function Hatch({ id, colour }: { id: string; colour: number }) {
  return (
    <pattern
      id={id}
      width="5"
      height="5"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect width="5" height="5" fill={`var(--chart-${colour})`} />
      <rect width="1.5" height="5" fill="var(--surface)" />
    </pattern>
  );
}

type HintProps = Pick<TooltipContentProps, 'active' | 'payload'> & { chart: ChartProps };

function Hint({ active, payload, chart: { series, beforeLabel, apart = false } }: HintProps) {
  const point = payload?.[0]?.payload as Point | undefined;
  if (!active || point === undefined) return null;
  const present = series.filter((one) => (point.values[one.id] ?? 0) > 0);
  const total = totalOf(point, series);
  return (
    <div className="rounded-md border border-line bg-raised px-3 py-2 text-xs shadow-lg">
      <p className="mb-1 font-medium">{formatInstant(point.start)}</p>
      {present.toReversed().map((one) => (
        <p key={one.id} className="flex items-center gap-1.5">
          <Swatch series={one} />
          <span className="mr-3 max-w-48 truncate text-ink-soft">{one.label}</span>
          <span className="figures ml-auto font-medium">
            {formatNumber(point.values[one.id] ?? 0)}
          </span>
        </p>
      ))}
      {present.length !== 1 && !apart && (
        <p className="figures mt-1 flex justify-between border-t border-line pt-1 font-medium">
          <span>{t('Total')}</span>
          {formatNumber(total)}
        </p>
      )}
      {beforeLabel !== undefined && point.before !== undefined && (
        <p className="figures mt-1 flex justify-between gap-3 text-ink-soft">
          <span>{beforeLabel}</span>
          {formatNumber(point.before)}
        </p>
      )}
    </div>
  );
}
