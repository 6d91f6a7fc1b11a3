import { clsx } from 'clsx';
import { ChevronLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { useBrandName } from './brand.ts';
import { Link } from './link.tsx';

interface PageHeaderProps {
  title: string;
  /** One sentence, or facts about the page's subject. */
  about?: ReactNode;
  back?: { href: string; label: string };
  actions?: ReactNode;
}

/** The page's only h1 and the document's title. */
export function PageHeader({ title, about, back, actions }: PageHeaderProps) {
  return (
    <header className="mb-6 flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:items-end">
      <title>{`${title} · ${useBrandName()}`}</title>
      {/* Where a title would have less room than its words need, the actions go below it. */}
      <div className="min-w-0 sm:flex-1 sm:basis-48">
        {back && (
          <Link
            href={back.href}
            title={back.label}
            className="mb-1.5 -ml-1 inline-flex max-w-full items-center gap-0.5 py-0.5 text-[0.8125rem] text-ink-soft hover:text-ink"
          >
            <ChevronLeft className="size-4 shrink-0" aria-hidden />
            <span className="truncate">{back.label}</span>
          </Link>
        )}
        <h1 className="text-xl font-semibold tracking-tight text-balance wrap-anywhere">{title}</h1>
        {about !== undefined && (
          <div className="mt-1 max-w-prose wrap-anywhere text-ink-soft">{about}</div>
        )}
      </div>
      {actions !== undefined && (
        <div className="flex max-w-full flex-wrap items-end gap-2">{actions}</div>
      )}
    </header>
  );
}

interface CardProps {
  title?: string;
  about?: ReactNode;
  actions?: ReactNode;
  /** Lets a table or chart reach the card's edges. */
  flush?: boolean;
  className?: string;
  children: ReactNode;
}

/** A bordered part of a page with its own heading. */
export function Card({ title, about, actions, flush = false, className, children }: CardProps) {
  return (
    <section
      aria-label={title}
      className={clsx('min-w-0 rounded-lg border border-line bg-surface shadow-xs', className)}
    >
      {(title !== undefined || actions !== undefined) && (
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-4 sm:px-5">
          <div className="min-w-0">
            {title !== undefined && (
              <h2 className="text-sm font-semibold wrap-anywhere">{title}</h2>
            )}
            {about !== undefined && (
              <div className="mt-0.5 text-[0.8125rem] wrap-anywhere text-ink-soft">{about}</div>
            )}
          </div>
          {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
        </div>
      )}
      <div className={clsx('wrap-break-word', flush ? 'pt-3' : 'px-4 pt-3 pb-4 sm:px-5 sm:pb-5')}>
        {children}
      </div>
    </section>
  );
}

/** Names and values, two columns when there is room. */
export function Facts({ facts }: { facts: readonly { name: string; value: ReactNode }[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
      {facts.map((fact) => (
        <div key={fact.name} className="min-w-0">
          <dt className="text-[0.8125rem] text-ink-soft">{fact.name}</dt>
          <dd className="mt-0.5 font-medium wrap-anywhere">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
