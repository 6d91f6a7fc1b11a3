import { ChevronRight } from 'lucide-react';
import { useState, type ReactNode } from 'react';

interface FoldProps {
  summary: string;
  /** Opens it without a click: something in it is set, or wrong. */
  open: boolean;
  children: ReactNode;
}

/** A part that few need, behind its name. Once open it closes only by hand. */
export function Fold({ summary, open, children }: FoldProps) {
  const [chosen, setChosen] = useState<boolean>();
  return (
    <details
      open={chosen ?? open}
      onToggle={(event) => {
        const isOpen = event.currentTarget.open;
        if (isOpen !== (chosen ?? open)) setChosen(isOpen);
      }}
      className="group min-w-0"
    >
      <summary className="inline-flex min-h-8 cursor-pointer items-center gap-1 rounded-md pr-2 text-[0.8125rem] font-medium text-ink-soft select-none hover:text-ink">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 transition-transform group-open:rotate-90"
        />
        {summary}
      </summary>
      <div className="pt-2">{children}</div>
    </details>
  );
}
