import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { Link } from './link.tsx';
import { Skeleton } from './skeleton.tsx';
import { t } from './text.ts';

interface StatProps {
  label: string;
  /** Undefined while it is loading; null when it is unknown. Unknown is never shown as zero. */
  value: string | null | undefined;
  note?: ReactNode;
  /** Where it is shown what the figure is made of. */
  href?: string | undefined;
  testId?: string;
}

/** One figure with its name. */
export function Stat({ label, value, note, href, testId }: StatProps) {
  return (
    <div className="min-w-0 px-4 py-3.5 sm:px-5">
      <dt className="text-[0.8125rem] wrap-anywhere text-ink-soft">{label}</dt>
      <dd className="mt-1">
        {value === undefined ? (
          <Skeleton className="my-1 h-6 w-24" />
        ) : (
          <span className="figures block text-xl font-semibold tracking-tight break-all">
            {value === null ? (
              <>
                <span aria-hidden>—</span>
                <span className="sr-only">{t('unknown')}</span>
              </>
            ) : (
              <span data-testid={testId}>
                {href === undefined ? (
                  value
                ) : (
                  <Link
                    href={href}
                    className="underline-offset-4 hover:text-accent hover:underline"
                  >
                    {value}
                    <span className="sr-only">{t('{label}: what it is made of', { label })}</span>
                  </Link>
                )}
              </span>
            )}
          </span>
        )}
        {note !== undefined && (
          <span className="block text-xs wrap-anywhere text-ink-soft text-pretty">{note}</span>
        )}
      </dd>
    </div>
  );
}

/** Figures side by side; two in a row on a phone. */
export function Stats({ children }: { children: ReactNode }) {
  return (
    <dl
      className={clsx(
        'grid grid-cols-2 overflow-hidden rounded-lg border border-line bg-surface shadow-xs',
        'max-lg:[&>*:last-child:nth-child(odd)]:col-span-2 [&>*]:border-line',
        'max-lg:[&>*:nth-child(even)]:border-l max-lg:[&>*:nth-child(n+3)]:border-t',
        'lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none lg:[&>*+*]:border-l',
      )}
    >
      {children}
    </dl>
  );
}
