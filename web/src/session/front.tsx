import type { ReactNode } from 'react';
import { language, LANGUAGES, setLanguage } from '../kit/language.ts';
import { useBrandName } from '../kit/brand.ts';
import { Brand } from '../kit/shell.tsx';
import { SupportLink } from '../kit/support-link.tsx';

interface FrontProps {
  title: string;
  about?: ReactNode;
  children: ReactNode;
  /** Where else people may want to go. */
  below?: ReactNode;
}

/** The frame of the pages before sign-in. */
export function Front({ title, about, children, below }: FrontProps) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center px-4 py-10">
      <title>{`${title} · ${useBrandName()}`}</title>
      <div className="mb-6 flex justify-center text-base">
        <Brand />
      </div>
      <div className="rounded-xl border border-line bg-surface p-6 shadow-sm sm:p-8">
        <h1 className="text-lg font-semibold tracking-tight">{title}</h1>
        {about !== undefined && <div className="mt-1 text-ink-soft text-pretty">{about}</div>}
        <div className="mt-5">{children}</div>
      </div>
      {below !== undefined && (
        <div className="mt-4 flex flex-wrap justify-center gap-x-4 gap-y-1 text-ink-soft">
          {below}
        </div>
      )}
      <SupportLink className="mt-6 self-center py-1" />
      <Languages />
    </main>
  );
}

/** Each by its own name, in its own language. */
function Languages() {
  return (
    <ul className="mt-6 flex justify-center gap-4 text-[0.8125rem]">
      {LANGUAGES.map(({ value, label }) => (
        <li key={value}>
          <button
            type="button"
            lang={value}
            aria-current={value === language ? 'true' : undefined}
            onClick={() => setLanguage(value)}
            className="py-1 text-ink-soft aria-current:font-medium aria-current:text-ink"
          >
            {label}
          </button>
        </li>
      ))}
    </ul>
  );
}

export const FRONT_LINK = 'font-medium text-accent underline-offset-4 hover:underline py-0.5';
