import { clsx } from 'clsx';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { Link } from './link.tsx';

type Tone = 'primary' | 'plain' | 'quiet' | 'danger';
type Size = 'sm' | 'md';

const TONES: Record<Tone, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover shadow-xs',
  plain: 'border border-line bg-surface text-ink hover:bg-sunken shadow-xs',
  quiet: 'text-ink-soft hover:bg-sunken hover:text-ink',
  danger: 'bg-danger text-danger-ink hover:bg-danger-hover shadow-xs',
};

const SIZES: Record<Size, string> = {
  sm: 'h-8 px-2.5 text-[0.8125rem]',
  md: 'h-9 px-3.5 text-sm',
};

interface Look {
  tone?: Tone;
  size?: Size;
}

/** The classes of a button, for a link to what is no page of ours. */
export function buttonClass({ tone = 'plain', size = 'md' }: Look, extra?: string): string {
  return clsx(
    'inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium',
    'whitespace-nowrap transition-colors select-none',
    'disabled:pointer-events-none disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
    TONES[tone],
    SIZES[size],
    extra,
  );
}

type ButtonProps = ComponentProps<'button'> & Look & { busy?: boolean };

/** A button; `busy` shows that its work is under way and takes no second click. */
export function Button({ tone, size, busy = false, className, ...rest }: ButtonProps) {
  const { children, disabled, ...attributes } = rest;
  return (
    <button
      type="button"
      {...attributes}
      className={buttonClass({ ...(tone && { tone }), ...(size && { size }) }, className)}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {busy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}

type ButtonLinkProps = ComponentProps<typeof Link> & Look;

/** A link that looks like a button: it leads somewhere, and opens in a new tab when asked. */
export function ButtonLink({ tone, size, className, ...rest }: ButtonLinkProps) {
  const look = { ...(tone && { tone }), ...(size && { size }) };
  return <Link {...rest} className={buttonClass(look, className)} />;
}

type IconButtonProps = ComponentProps<'button'> & { label: string; children: ReactNode };

/** A square button with an icon; `label` is its name for those who don't see the icon. */
export function IconButton({ label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={clsx(
        'inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-soft',
        'transition-colors hover:bg-sunken hover:text-ink [&_svg]:size-4',
        'disabled:pointer-events-none disabled:opacity-50',
        className,
      )}
    />
  );
}
