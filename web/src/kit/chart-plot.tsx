import { useId } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
  type TooltipContentProps,
} from 'recharts';
import { Swatch, type ChartProps, type Point, type Series } from './chart.tsx';
import { timeAxis } from './axis.ts';
import { formatCompact, formatInstant, formatNumber } from './format.ts';
import { t } from './text.ts';
import { zoneOffsetMs } from './zone.ts';

/** Below this an axis would have fractions of requests. */
const SCALE_MIN = 4;
const TICK = { fill: 'var(--ink-soft)', fontSize: 12 };

/** The drawing itself; `Chart` loads this file when a chart is first in view. */
export function ChartPlot({ series, points }: ChartProps) {
  const id = useId();
  const axis = timeAxis(
    points.map((point) => point.start),
    (atMs) => zoneOffsetMs(atMs),
  );
  const most = Math.max(0, ...points.map((point) => totalOf(point, series)));
  return (
    <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 224 }}>
      <BarChart
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
          domain={[0, most < SCALE_MIN ? SCALE_MIN : 'auto']}
        />
        <Tooltip
          cursor={{ fill: 'var(--sunken)' }}
          isAnimationActive={false}
          content={(props) => <Hint {...props} series={series} />}
        />
        {series.map((one) => (
          <Bar
            key={one.id}
            dataKey={(point: Point) => point.values[one.id] ?? 0}
            name={one.label}
            stackId="all"
            fill={one.hatched === true ? `url(#${id}-${one.colour})` : `var(--chart-${one.colour})`}
            isAnimationActive={false}
            maxBarSize={36}
          />
        ))}
      </BarChart>
    </ResponsiveContainer>
  );
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

type HintProps = Pick<TooltipContentProps, 'active' | 'payload'> & {
  series: readonly Series[];
};

function Hint({ active, payload, series }: HintProps) {
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
      {present.length !== 1 && (
        <p className="figures mt-1 flex justify-between border-t border-line pt-1 font-medium">
          <span>{t('Total')}</span>
          {formatNumber(total)}
        </p>
      )}
    </div>
  );
}
