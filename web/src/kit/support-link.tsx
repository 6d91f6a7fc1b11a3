import { clsx } from 'clsx';
import { useSupport } from './brand.ts';
import { t } from './text.ts';

/** Where people turn for help; nothing where nobody said. */
export function SupportLink({ className }: { className: string }) {
  const support = useSupport();
  if (support === undefined) return null;
  return (
    <a
      href={support.href}
      title={support.text}
      className={clsx('text-[0.8125rem] text-ink-soft hover:text-ink', className)}
    >
      {t('Support')}
    </a>
  );
}
