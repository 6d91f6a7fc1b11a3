import type { ReactNode } from 'react';
import { t } from '../text.ts';

interface ScopeFieldsProps {
  scopes: readonly string[];
  children: (scope: string, at: number) => ReactNode;
}

/** What a key may, one check mark each; nothing where there is nothing to choose. */
export function ScopeFields({ scopes, children }: ScopeFieldsProps) {
  if (scopes.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 text-[0.8125rem] font-medium">{t('May')}</legend>
      {scopes.map(children)}
    </fieldset>
  );
}
