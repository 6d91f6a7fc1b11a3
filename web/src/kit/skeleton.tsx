import { clsx } from 'clsx';
import { t } from './text.ts';

/** A grey stand-in with the size of what will appear. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx('block animate-pulse rounded bg-sunken', className)} />;
}

/** Announces that something is loading, once, to those who see no skeleton. */
export function Loading() {
  return (
    <span role="status" className="sr-only">
      {t('Loading')}
    </span>
  );
}

/** The shape of a table before its rows are known. */
export function TableSkeleton({ rows = 5 }: { rows?: number }) {
  return (
    <div className="flex flex-col px-4 pb-4 sm:px-5">
      <Loading />
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="flex items-center gap-6 border-b border-line py-3.5 last:border-0"
        >
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-4 w-1/5" />
          <Skeleton className="hidden h-4 w-1/5 sm:block" />
        </div>
      ))}
    </div>
  );
}

/** The shape of a chart card's inside. */
export function ChartSkeleton() {
  return (
    <div className="flex h-56 items-end gap-1.5">
      <Loading />
      {[38, 55, 47, 70, 62, 84, 58, 66, 90, 74, 52, 68].map((height, at) => (
        <div key={at} className="flex h-full flex-1 items-end">
          <Skeleton className={clsx('w-full', HEIGHTS[height])} />
        </div>
      ))}
    </div>
  );
}

const HEIGHTS: Readonly<Record<number, string>> = {
  38: 'h-[38%]',
  47: 'h-[47%]',
  52: 'h-[52%]',
  55: 'h-[55%]',
  58: 'h-[58%]',
  62: 'h-[62%]',
  66: 'h-[66%]',
  68: 'h-[68%]',
  70: 'h-[70%]',
  74: 'h-[74%]',
  84: 'h-[84%]',
  90: 'h-[90%]',
};

/** The shape of a card of names and values. */
export function FactsSkeleton({ facts = 4 }: { facts?: number }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Loading />
      {Array.from({ length: facts }, (_, at) => (
        <div key={at} className="flex flex-col gap-1.5">
          <Skeleton className="h-3.5 w-20" />
          <Skeleton className="h-4 w-36" />
        </div>
      ))}
    </div>
  );
}
