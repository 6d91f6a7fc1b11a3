import { ButtonLink } from './kit/button.tsx';
import { ErrorPanel } from './kit/error-panel.tsx';
import { paths } from './kit/paths.ts';
import { t } from './kit/text.ts';

/** No page has this URL. */
export function NotFoundPage() {
  return (
    <main className="flex min-h-[60dvh] flex-col items-center justify-center gap-1 p-6 text-center">
      <title>{t('Page not found')}</title>
      <h1 className="text-lg font-semibold">{t('Page not found')}</h1>
      <p className="mb-3 text-ink-soft">
        {t('The address may be mistyped, or the page has moved.')}
      </p>
      <ButtonLink href={paths.home}>{t('To the start')}</ButtonLink>
    </main>
  );
}

/** A page that failed while it was drawn, or whose code did not load. */
export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <main className="p-6">
      <ErrorPanel error={error} onRetry={reset} />
    </main>
  );
}
