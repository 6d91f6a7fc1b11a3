import { useId, type ReactNode } from 'react';
import { t } from '../text.ts';

/** A route that a key can be limited to. */
export interface KeyRoute {
  id: string;
  name: string;
}

/** What a customer's keys may be given, and limited to. */
export interface KeyLimits {
  scopes: readonly string[];
  routes: readonly KeyRoute[];
}

/** A check mark of a form beside its route. */
export interface RouteMark extends KeyRoute {
  given: boolean;
}

/**
 * @returns the marks for these routes, and for those that a key is limited to already and that
 * are not among them: deleted ones, or not the reader's to see. They are kept unless taken out.
 */
export function routeMarks(routes: readonly KeyRoute[], limited: readonly string[]): RouteMark[] {
  const others = limited.filter((id) => !routes.some((route) => route.id === id));
  return [
    ...routes.map(({ id, name }) => ({ id, name, given: limited.includes(id) })),
    ...others.map((id) => ({ id, name: t('Another route ({id})', { id }), given: true })),
  ];
}

/** @returns what the API is told of the marks. */
export const markedRoutes = (marks: readonly RouteMark[]): string[] =>
  marks.filter(({ given }) => given).map(({ id }) => id);

interface RouteFieldsProps {
  routes: readonly KeyRoute[];
  children: (route: KeyRoute, at: number) => ReactNode;
}

/** Which routes a key may be used for, one check mark each; nothing where there are none. */
export function RouteFields({ routes, children }: RouteFieldsProps) {
  const hint = useId();
  if (routes.length === 0) return null;
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5" aria-describedby={hint}>
      <legend className="mb-1.5 text-[0.8125rem] font-medium">{t('Only for routes')}</legend>
      <div className="flex max-h-48 flex-col gap-2 overflow-y-auto rounded-md border border-line p-3 wrap-anywhere">
        {routes.map(children)}
      </div>
      <p id={hint} className="text-[0.8125rem] text-ink-soft">
        {t('None marked: for all, also those that come later.')}
      </p>
    </fieldset>
  );
}
