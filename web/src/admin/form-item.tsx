import { Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from '../kit/button.tsx';
import { t } from '../kit/text.ts';

interface ItemProps {
  name: string;
  /** Left out where one must remain. */
  onRemove?: (() => void) | undefined;
  children: ReactNode;
}

/** One of several in a form, with its own way out. */
export function Item({ name, onRemove, children }: ItemProps) {
  return (
    <li>
      <fieldset className="min-w-0 rounded-md border border-line px-4 pt-1 pb-4">
        <legend className="sr-only">{name}</legend>
        <div className="flex min-h-8 items-center justify-between">
          <span className="text-[0.8125rem] font-medium text-ink-soft" aria-hidden>
            {name}
          </span>
          {onRemove && (
            <IconButton label={t('Remove {name}', { name })} onClick={onRemove} className="-mr-2">
              <Trash2 aria-hidden />
            </IconButton>
          )}
        </div>
        {children}
      </fieldset>
    </li>
  );
}
