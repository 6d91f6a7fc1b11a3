import { SearchX } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { t } from './text.ts';

interface FirstUseProps {
  icon: ReactNode;
  title: string;
  about: string;
  /** The one action that fills this place. */
  action?: ReactNode;
}

/** Nothing exists yet: says what would be here and how to make the first one. */
export function FirstUse({ icon, title, about, action }: FirstUseProps) {
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-12 text-center">
      <span className="mb-2 rounded-full bg-accent-soft p-3 text-accent [&_svg]:size-5">
        {icon}
      </span>
      <p className="font-semibold">{title}</p>
      <p className="max-w-sm text-ink-soft text-pretty">{about}</p>
      {action !== undefined && <div className="mt-4">{action}</div>}
    </div>
  );
}

/** Things exist, but the filter leaves none. Never looks like a first use. */
export function NothingMatches({ what, onClear }: { what: string; onClear: () => void }) {
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-12 text-center">
      <SearchX className="mb-2 size-5 text-ink-soft" aria-hidden />
      <p className="font-semibold">{t('No {what} match', { what })}</p>
      <Button size="sm" className="mt-3" onClick={onClear}>
        {t('Clear filters')}
      </Button>
    </div>
  );
}
