import { ChevronRight } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';

interface FoldCardProps {
  title: string;
  about?: ReactNode;
  /** Open to begin with: what is inside differs from what most need. */
  open?: boolean;
  /** What is inside is wrong, so it must be seen. */
  faulty?: boolean;
  children: ReactNode;
}

/** A card that is closed until somebody needs it. Its fields stay in the form either way. */
export function FoldCard({ title, about, open = false, faulty = false, children }: FoldCardProps) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (details.current && faulty) details.current.open = true;
  }, [faulty]);
  return (
    <details
      ref={details}
      open={open}
      className="group min-w-0 rounded-lg border border-line bg-surface shadow-xs"
    >
      <summary className="flex cursor-pointer list-none items-start gap-2 rounded-lg px-4 py-4 sm:px-5 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="mt-0.5 size-4 shrink-0 text-ink-soft group-open:rotate-90"
        />
        <span className="min-w-0">
          <span className="block text-sm font-semibold">{title}</span>
          {about !== undefined && (
            <span className="mt-0.5 block text-[0.8125rem] wrap-anywhere text-ink-soft">
              {about}
            </span>
          )}
        </span>
      </summary>
      <div className="px-4 pb-4 wrap-break-word sm:px-5 sm:pb-5">{children}</div>
    </details>
  );
}
